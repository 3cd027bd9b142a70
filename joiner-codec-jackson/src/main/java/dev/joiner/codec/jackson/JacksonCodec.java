package dev.joiner.codec.jackson;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.AnnotationIntrospector;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.exc.InvalidDefinitionException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.joiner.Codec;
import dev.joiner.merge.Parts;
import dev.joiner.merge.PartsMerge;
import java.io.IOException;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * Values as JSON in UTF-8, by Jackson.
 *
 * <p>Thread-safe. Without a mapper of the caller's:
 *
 * <ul>
 *   <li>Records and {@code java.time} come back equal. Times are text (ISO 8601), with the offset and the zone that they
 *       have.
 *   <li>Numbers keep their digits: what is read as {@code Object} or {@code JsonNode} is a {@code BigDecimal} if it has
 *       a fraction or an exponent. A fraction is never cut off to make an integer.
 *   <li>Unknown fields are ignored, so that a node reads what a later version of the class wrote. What such a node then
 *       writes is without them. A field that is missing is null, or zero. Unknown constants of an enum are refused.
 *   <li>Anything behind the value is refused.
 *   <li>Names, texts and numbers may be of any length, since what was written has to be readable. Limits belong where
 *       messages come in. Jackson does not read a name with an unpaired surrogate: keys of maps must not have one.
 *   <li>Types that need a further module of Jackson, such as {@code Optional}, are refused.
 * </ul>
 *
 * <p>With a mapper of the caller's, all of this is as configured there (a new {@link ObjectMapper} refuses unknown fields
 * and writes times as numbers, if it can). The codec keeps a copy; later changes to the mapper do not reach it.
 *
 * <p>With any mapper, no document chooses the class that is made of it by its name: a mapper with default typing is
 * refused, and so is a type with {@code @JsonTypeInfo(use = Id.CLASS)} or {@code MINIMAL_CLASS}, at the latest when it
 * is first met. Sealed interfaces and the like need {@code use = Id.NAME} (or {@code DEDUCTION}). Resolvers of the
 * caller's own making are the caller's affair.
 *
 * <p>A value is never null, nor is it written as {@code null}. A message of an exception says what did not fit and where;
 * it may quote the one field, shortened, but not the document. If the class of the values is in a named module, its
 * package must be open to {@code com.fasterxml.jackson.databind}.
 *
 * <pre>{@code
 * Codec<Order> orders = JacksonCodec.of(Order.class);
 * Codec<List<Order>> lists = JacksonCodec.of(new TypeReference<>() {});
 * }</pre>
 */
public final class JacksonCodec<T> implements Codec<T> {
    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);
    private static final int MAX_PROBLEM = 300;

    private final ObjectWriter writer;
    private final ObjectReader reader;

    private JacksonCodec(ObjectWriter writer, ObjectReader reader) {
        this.writer = writer;
        this.reader = reader;
    }

    /**
     * A codec with a mapper that is made for it.
     *
     * @throws IllegalArgumentException if Jackson cannot make sense of the type, or its documents would name classes
     */
    public static <T> JacksonCodec<T> of(Class<T> type) {
        return create(Objects.requireNonNull(type, "type"), mapper());
    }

    /**
     * A codec of a generic type, {@code new TypeReference<List<Order>>() {}} for example, with a mapper that is made for
     * it.
     *
     * @throws IllegalArgumentException as {@link #of(Class)} says
     */
    public static <T> JacksonCodec<T> of(TypeReference<T> type) {
        return create(Objects.requireNonNull(type, "type").getType(), mapper());
    }

    /**
     * A codec with a copy of a mapper.
     *
     * @throws IllegalArgumentException as {@link #of(Class)} says, or if the mapper has default typing
     * @throws IllegalStateException if the mapper is of a class of its own that does not override {@code copy()}
     */
    public static <T> JacksonCodec<T> of(Class<T> type, ObjectMapper mapper) {
        return create(
                Objects.requireNonNull(type, "type"),
                Objects.requireNonNull(mapper, "mapper").copy());
    }

    /**
     * A codec of a generic type with a copy of a mapper.
     *
     * @throws IllegalArgumentException as {@link #of(Class)} says, or if the mapper has default typing
     * @throws IllegalStateException if the mapper is of a class of its own that does not override {@code copy()}
     */
    public static <T> JacksonCodec<T> of(TypeReference<T> type, ObjectMapper mapper) {
        return create(
                Objects.requireNonNull(type, "type").getType(),
                Objects.requireNonNull(mapper, "mapper").copy());
    }

    /**
     * A codec of parts, with a mapper that is made for it: an object with a field for each part that is there, of the part's own
     * class. A document with a part that is none of the merge's is refused.
     *
     * @throws IllegalArgumentException as {@link #of(Class)} says of a part's class, or if that is abstract and its documents would
     *     not say which class to make
     */
    public static JacksonCodec<Parts> of(PartsMerge merge) {
        return create(Objects.requireNonNull(merge, "merge"), mapper());
    }

    /**
     * A codec of parts with a copy of a mapper.
     *
     * @throws IllegalArgumentException as {@link #of(PartsMerge)} says, or if the mapper has default typing
     * @throws IllegalStateException if the mapper is of a class of its own that does not override {@code copy()}
     */
    public static JacksonCodec<Parts> of(PartsMerge merge, ObjectMapper mapper) {
        return create(
                Objects.requireNonNull(merge, "merge"),
                Objects.requireNonNull(mapper, "mapper").copy());
    }

    /** A codec of parts with a mapper that nobody else has. */
    private static JacksonCodec<Parts> create(PartsMerge merge, ObjectMapper mapper) {
        mapper.registerModule(new PartsModule(merge, mapper.getTypeFactory()));
        JavaType parts = mapper.constructType(Parts.class);
        refuseClassNames(parts, mapper);
        for (JavaType type : PartsModule.types(merge, mapper.getTypeFactory()).values()) {
            requireReadable(type, mapper.readerFor(type));
        }
        return create(parts, mapper);
    }

    private static JsonMapper mapper() {
        JsonFactory factory = JsonFactory.builder()
                // Text that an operator can read, instead of escapes for what lies beyond the basic plane.
                .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNameLength(Integer.MAX_VALUE)
                        .maxStringLength(Integer.MAX_VALUE)
                        .maxNumberLength(Integer.MAX_VALUE)
                        .build())
                .build();
        return JsonMapper.builder(factory)
                .addModule(new JavaTimeModule())
                .disable(
                        SerializationFeature.WRITE_DATES_AS_TIMESTAMPS,
                        SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
                .enable(SerializationFeature.WRITE_DATES_WITH_ZONE_ID)
                .disable(DeserializationFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
    }

    /** A codec with a mapper that nobody else has. */
    private static <T> JacksonCodec<T> create(Type type, ObjectMapper mapper) {
        JavaType valueType = mapper.constructType(type);
        if (valueType.hasRawClass(Parts.class)) {
            throw new IllegalArgumentException(
                    "Parts alone do not say what they are made of: use JacksonCodec.of(merge)");
        }
        refuseClassNames(valueType, mapper);
        return create(valueType, mapper);
    }

    private static <T> JacksonCodec<T> create(JavaType type, ObjectMapper mapper) {
        ObjectReader reader = mapper.readerFor(type);
        requireReadable(type, reader);
        return new JacksonCodec<>(mapper.writerFor(type), reader);
    }

    private static void refuseClassNames(JavaType type, ObjectMapper mapper) {
        if (mapper.getDeserializationConfig().getDefaultTyper(type) != null) {
            throw new IllegalArgumentException(
                    "mapper has default typing: documents could name any class to be instantiated");
        }
        mapper.setAnnotationIntrospectors(
                refusingClassNames(mapper.getSerializationConfig().getAnnotationIntrospector()),
                refusingClassNames(mapper.getDeserializationConfig().getAnnotationIntrospector()));
    }

    private static AnnotationIntrospector refusingClassNames(AnnotationIntrospector configured) {
        return AnnotationIntrospector.pair(new ClassNamesRefused(), configured);
    }

    /** Reading {@code null} makes Jackson look through the whole type, and needs no value. */
    private static void requireReadable(JavaType type, ObjectReader reader) {
        try {
            reader.readValue(NULL);
        } catch (InvalidDefinitionException e) {
            throw new IllegalArgumentException(type.toCanonical() + ": " + shortened(e.getOriginalMessage()), e);
        } catch (IOException e) {
            // The type is fine. That it has no null is not asked.
        }
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if Jackson cannot write the value, or writes it as {@code null}
     */
    @Override
    public byte[] encode(T value) {
        Objects.requireNonNull(value, "value is null");
        byte[] bytes;
        try {
            bytes = writer.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(problem(e), e);
        }
        if (Arrays.equals(bytes, NULL)) {
            throw new IllegalArgumentException(value.getClass().getName() + " is written as null");
        }
        return bytes;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if Jackson cannot read the bytes as one value, or they say {@code null}
     */
    @Override
    public T decode(byte[] bytes) {
        T value;
        try {
            value = reader.readValue(bytes);
        } catch (IOException e) {
            throw new IllegalArgumentException(problem(e), e);
        }
        // A tree has a node for null.
        if (value == null || Arrays.equals(bytes, NULL)) {
            throw new IllegalArgumentException("the document is null, a value never is");
        }
        return value;
    }

    /**
     * {@inheritDoc}
     *
     * <p>True, also for a mapper of a binary format: stores keep as bytes what is not text.
     */
    @Override
    public boolean isText() {
        return true;
    }

    /** What is wrong and where, in one line; what Jackson adds of the source, if the mapper has it do so, is left out. */
    private static String problem(IOException e) {
        if (!(e instanceof JacksonException problem)) {
            return shortened(String.valueOf(e.getMessage()));
        }
        StringBuilder text = new StringBuilder(shortened(problem.getOriginalMessage()));
        if (problem instanceof JsonMappingException mapping
                && !mapping.getPath().isEmpty()) {
            text.append(", at ").append(shortened(mapping.getPathReference()));
        }
        if (problem.getLocation() != null) {
            text.append(", ").append(problem.getLocation().offsetDescription());
        }
        return text.toString();
    }

    private static String shortened(String text) {
        return text.length() <= MAX_PROBLEM ? text : text.substring(0, MAX_PROBLEM) + "...";
    }
}

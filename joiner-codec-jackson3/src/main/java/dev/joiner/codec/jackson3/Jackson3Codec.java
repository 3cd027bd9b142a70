package dev.joiner.codec.jackson3;

import dev.joiner.Codec;
import dev.joiner.merge.Parts;
import dev.joiner.merge.PartsMerge;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.time.Month;
import java.util.Arrays;
import java.util.Objects;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.AnnotationIntrospector;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.cfg.MapperBuilder;
import tools.jackson.databind.exc.InvalidDefinitionException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;

/**
 * Values as JSON in UTF-8, by Jackson 3.
 *
 * <p>Thread-safe. Without a mapper of the caller's, it reads what the codec of Jackson 2 ({@code joiner-codec-jackson}) wrote, and
 * the other way round. What the two Jacksons do differently, and no setting changes:
 *
 * <ul>
 *   <li>{@code getURL()} is {@code url} to Jackson 2 and {@code URL} to Jackson 3, to which {@code getaName()} is no property: name
 *       such properties by {@code @JsonProperty}. Records are not affected.
 *   <li>A {@code Locale} with a script is written in two ways, and each reads something else out of the other's.
 *   <li>Jackson 3 finds the classes of a sealed interface by itself. Jackson 2 needs {@code @JsonSubTypes}.
 * </ul>
 *
 * <p>Without a mapper of the caller's, also:
 *
 * <ul>
 *   <li>Records, {@code Optional} and {@code java.time} come back equal. Times are text (ISO 8601), with the offset and the zone
 *       that they have.
 *   <li>Numbers keep their digits: what is read as {@code Object} or {@code JsonNode} is a {@code BigDecimal} if it has
 *       a fraction or an exponent. A fraction is never cut off to make an integer.
 *   <li>Unknown fields are ignored, so that a node reads what a later version of the class wrote. What such a node then
 *       writes is without them. A field that is missing is null, or zero. Unknown constants of an enum are refused.
 *   <li>Anything behind the value is refused.
 *   <li>Names, texts and numbers may be of any length, since what was written has to be readable. Limits belong where
 *       messages come in. Jackson does not read a name with an unpaired surrogate: keys of maps must not have one.
 * </ul>
 *
 * <p>With a mapper of the caller's, Spring Boot's for example, all of this is as configured there.
 *
 * <p>With any mapper, no document chooses the class that is made of it by its name: a mapper with default typing is
 * refused, and so is a type with {@code @JsonTypeInfo(use = Id.CLASS)} or {@code MINIMAL_CLASS}, at the latest when it
 * is first met. Sealed interfaces and the like need {@code use = Id.NAME} (or {@code DEDUCTION}). Resolvers of the
 * caller's own making are the caller's affair.
 *
 * <p>A value is never null, nor is it written as {@code null}. A message of an exception says what did not fit and where;
 * it may quote the one field, shortened, but not the document. If the class of the values is in a named module, its
 * package must be open to {@code tools.jackson.databind}.
 *
 * <pre>{@code
 * Codec<Order> orders = Jackson3Codec.of(Order.class);
 * Codec<List<Order>> lists = Jackson3Codec.of(new TypeReference<>() {});
 * }</pre>
 */
public final class Jackson3Codec<T> implements Codec<T> {
    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);
    private static final int MAX_PROBLEM = 300;
    /** As Jackson 2 has it, so that each reads what the other wrote. */
    private static final int MAX_DEPTH = 1_000;

    private final ObjectWriter writer;
    private final ObjectReader reader;

    private Jackson3Codec(ObjectWriter writer, ObjectReader reader) {
        this.writer = writer;
        this.reader = reader;
    }

    /**
     * A codec with a mapper that is made for it.
     *
     * @throws IllegalArgumentException if Jackson cannot make sense of the type, or its documents would name classes
     */
    public static <T> Jackson3Codec<T> of(Class<T> type) {
        return of(type, mapper());
    }

    /**
     * A codec of a generic type, {@code new TypeReference<List<Order>>() {}} for example, with a mapper that is made for
     * it.
     *
     * @throws IllegalArgumentException as {@link #of(Class)} says
     */
    public static <T> Jackson3Codec<T> of(TypeReference<T> type) {
        return of(type, mapper());
    }

    /**
     * A codec with a mapper.
     *
     * @throws IllegalArgumentException as {@link #of(Class)} says, or if the mapper has default typing
     */
    public static <T> Jackson3Codec<T> of(Class<T> type, ObjectMapper mapper) {
        return create(Objects.requireNonNull(type, "type"), Objects.requireNonNull(mapper, "mapper"));
    }

    /**
     * A codec of a generic type with a mapper.
     *
     * @throws IllegalArgumentException as {@link #of(Class)} says, or if the mapper has default typing
     */
    public static <T> Jackson3Codec<T> of(TypeReference<T> type, ObjectMapper mapper) {
        return create(Objects.requireNonNull(type, "type").getType(), Objects.requireNonNull(mapper, "mapper"));
    }

    /**
     * A codec of parts, with a mapper that is made for it: an object with a field for each part that is there, of the part's own
     * class. A document with a part that is none of the merge's is refused.
     *
     * @throws IllegalArgumentException as {@link #of(Class)} says of a part's class, or if that is abstract and its documents would
     *     not say which class to make
     */
    public static Jackson3Codec<Parts> of(PartsMerge merge) {
        return of(merge, mapper());
    }

    /**
     * A codec of parts with a mapper.
     *
     * @throws IllegalArgumentException as {@link #of(PartsMerge)} says, or if the mapper has default typing
     */
    public static Jackson3Codec<Parts> of(PartsMerge merge, ObjectMapper mapper) {
        Objects.requireNonNull(merge, "merge");
        Objects.requireNonNull(mapper, "mapper");
        MapperBuilder<?, ?> builder = mapper.rebuild();
        builder.addModule(new PartsModule(merge, mapper.getTypeFactory()));
        ObjectMapper ofParts = refusingClassNames(builder.build());
        for (JavaType type : PartsModule.types(merge, ofParts.getTypeFactory()).values()) {
            requireReadable(type, ofParts.readerFor(type));
        }
        return create(ofParts.constructType(Parts.class), ofParts);
    }

    private static JsonMapper mapper() {
        JsonFactory factory = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNameLength(Integer.MAX_VALUE)
                        .maxStringLength(Integer.MAX_VALUE)
                        .maxNumberLength(Integer.MAX_VALUE)
                        .maxNestingDepth(MAX_DEPTH)
                        .build())
                .streamWriteConstraints(StreamWriteConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .build())
                .build();
        return JsonMapper.builder(factory)
                .addModule(new SimpleModule("months").addSerializer(Month.class, new MonthAsName()))
                .disable(EnumFeature.WRITE_ENUMS_USING_TO_STRING, EnumFeature.READ_ENUMS_USING_TO_STRING)
                .enable(MapperFeature.USE_GETTERS_AS_SETTERS, MapperFeature.ALLOW_FINAL_FIELDS_AS_MUTATORS)
                .enable(DateTimeFeature.WRITE_DATES_WITH_ZONE_ID)
                .disable(
                        DateTimeFeature.WRITE_DATES_AS_TIMESTAMPS,
                        DateTimeFeature.WRITE_DURATIONS_AS_TIMESTAMPS,
                        DateTimeFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
                .enable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
                .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
    }

    /** As Jackson 2 has it. Jackson 3 writes a number from 1 on, and Jackson 2 reads numbers from 0 on. */
    private static final class MonthAsName extends StdSerializer<Month> {
        MonthAsName() {
            super(Month.class);
        }

        @Override
        public void serialize(Month month, JsonGenerator out, SerializationContext context) {
            out.writeString(month.name());
        }
    }

    private static <T> Jackson3Codec<T> create(Type type, ObjectMapper mapper) {
        if (mapper.constructType(type).hasRawClass(Parts.class)) {
            throw new IllegalArgumentException(
                    "Parts alone do not say what they are made of: use Jackson3Codec.of(merge)");
        }
        ObjectMapper refusing = refusingClassNames(mapper);
        return create(refusing.constructType(type), refusing);
    }

    private static <T> Jackson3Codec<T> create(JavaType type, ObjectMapper mapper) {
        if (mapper.deserializationConfig().getDefaultTyper(type) != null) {
            throw new IllegalArgumentException(
                    "mapper has default typing: documents could name any class to be instantiated");
        }
        ObjectReader reader = mapper.readerFor(type);
        requireReadable(type, reader);
        return new Jackson3Codec<>(mapper.writerFor(type), reader);
    }

    private static ObjectMapper refusingClassNames(ObjectMapper mapper) {
        MapperBuilder<?, ?> builder = mapper.rebuild();
        builder.annotationIntrospector(
                AnnotationIntrospector.pair(new ClassNamesRefused(), builder.annotationIntrospector()));
        return builder.build();
    }

    /** Reading {@code null} makes Jackson look through the whole type, and needs no value. */
    private static void requireReadable(JavaType type, ObjectReader reader) {
        try {
            reader.readValue(NULL);
        } catch (InvalidDefinitionException e) {
            throw new IllegalArgumentException(type.toCanonical() + ": " + shortened(e.getOriginalMessage()), e);
        } catch (JacksonException e) {
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
        } catch (JacksonException e) {
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
        } catch (JacksonException e) {
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
    private static String problem(JacksonException problem) {
        StringBuilder text = new StringBuilder(shortened(problem.getOriginalMessage()));
        if (!problem.getPath().isEmpty()) {
            text.append(", at ").append(shortened(problem.getPathReference()));
        }
        TokenStreamLocation location = problem.getLocation();
        if (location != null && location.getLineNr() > 0) {
            text.append(", line: ")
                    .append(location.getLineNr())
                    .append(", column: ")
                    .append(location.getColumnNr());
        }
        return text.toString();
    }

    private static String shortened(String text) {
        return text.length() <= MAX_PROBLEM ? text : text.substring(0, MAX_PROBLEM) + "...";
    }
}

package dev.joiner.codec.jackson;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.joiner.Codec;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** With a mapper of the caller's, everything is as the caller configured it, and stays so. */
class JacksonCodecMapperTest {

    record Thing(String firstName, Instant at) {}

    interface ThingInCapitals {
        @JsonProperty("FIRST_NAME")
        String firstName();
    }

    private static <T> String json(Codec<T> codec, T value) {
        return new String(codec.encode(value), UTF_8);
    }

    private static <T> T read(Codec<T> codec, String json) {
        return codec.decode(json.getBytes(UTF_8));
    }

    @Test
    void configurationOfTheCallerIsRespected() {
        ObjectMapper mapper = JsonMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .defaultPropertyInclusion(JsonInclude.Value.ALL_NON_NULL)
                .addModule(new JavaTimeModule())
                .enable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .addMixIn(Named.class, NamedInCapitals.class)
                .build();
        var things = JacksonCodec.of(Thing.class, mapper);

        assertThat(json(things, new Thing("a", null))).isEqualTo("{\"first_name\":\"a\"}");
        assertThat(json(things, new Thing(null, Instant.ofEpochSecond(7)))).isEqualTo("{\"at\":7.000000000}");
        assertThat(things.decode(things.encode(new Thing("a", Instant.EPOCH))))
                .isEqualTo(new Thing("a", Instant.EPOCH));
        assertThat(json(JacksonCodec.of(Named.class, mapper), new Named("b"))).isEqualTo("{\"NAME\":\"b\"}");
    }

    record Named(String name) {}

    interface NamedInCapitals {
        @JsonProperty("NAME")
        String name();
    }

    @Test
    void unknownFieldsAreAsTheCallerHasThem() {
        var strict = JacksonCodec.of(Named.class, new ObjectMapper());
        var lenient = JacksonCodec.of(
                Named.class, new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(strict, "{\"other\":1}"))
                .withMessageContaining("\"other\"");
        assertThat(read(lenient, "{\"other\":1}")).isEqualTo(new Named(null));
    }

    @Test
    void whatFollowsTheValueIsAsTheCallerHasIt() {
        var lenient = JacksonCodec.of(Named.class, new ObjectMapper());
        var strict =
                JacksonCodec.of(Named.class, new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS));

        assertThat(read(lenient, "{} {}")).isEqualTo(new Named(null));
        assertThatIllegalArgumentException().isThrownBy(() -> read(strict, "{} {}"));
    }

    @Test
    void genericTypesTakeAMapperToo() {
        ObjectMapper mapper = new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.UPPER_CAMEL_CASE);
        var lists = JacksonCodec.of(new TypeReference<List<Named>>() {}, mapper);

        assertThat(json(lists, List.of(new Named("a")))).isEqualTo("[{\"Name\":\"a\"}]");
        assertThat(lists.decode(lists.encode(List.of(new Named("a"))))).containsExactly(new Named("a"));
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
    interface Shape {}

    @JsonTypeName("circle")
    record Circle(int radius) implements Shape {}

    @JsonSubTypes(@JsonSubTypes.Type(value = Circle.class, name = "round"))
    interface RoundShape {}

    @Test
    @SuppressWarnings("deprecation") // the old ways to change a mapper are those that reach farthest
    void laterConfigurationHasNoEffect() {
        ObjectMapper mapper = new ObjectMapper();
        mapper.registerSubtypes(Circle.class);
        // Nothing is worked out before the first use: what the mapper shares with a codec would still have effect.
        var named = JacksonCodec.of(Named.class, mapper);
        var shapes = JacksonCodec.of(Shape.class, mapper);

        mapper.disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
        mapper.enable(SerializationFeature.INDENT_OUTPUT);
        mapper.enable(JsonParser.Feature.ALLOW_SINGLE_QUOTES);
        mapper.getFactory().enable(JsonParser.Feature.ALLOW_COMMENTS);
        mapper.addMixIn(Named.class, NamedInCapitals.class);
        mapper.addMixIn(Shape.class, RoundShape.class);
        mapper.setVisibility(PropertyAccessor.ALL, JsonAutoDetect.Visibility.NONE);
        mapper.configOverride(Named.class)
                .setInclude(JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS));
        mapper.setPropertyNamingStrategy(PropertyNamingStrategies.UPPER_CAMEL_CASE);

        assertThat(json(named, new Named(null))).isEqualTo("{\"name\":null}");
        assertThatIllegalArgumentException().isThrownBy(() -> read(named, "{\"other\":1}"));
        assertThatIllegalArgumentException().isThrownBy(() -> read(named, "{'name':1}"));
        assertThatIllegalArgumentException().isThrownBy(() -> read(named, "/**/{}"));
        assertThat(json(shapes, new Circle(3))).isEqualTo("{\"@type\":\"circle\",\"radius\":3}");
    }

    @Test
    void mapperOfTheCallerIsNotChanged() throws Exception {
        ObjectMapper mapper = new ObjectMapper();
        var annotations = mapper.getDeserializationConfig().getAnnotationIntrospector();

        JacksonCodec.of(Named.class, mapper);
        JacksonCodec.of(new TypeReference<List<Named>>() {}, mapper);

        assertThat(mapper.getDeserializationConfig().getAnnotationIntrospector())
                .isSameAs(annotations);
        assertThat(mapper.readValue("{\"name\":\"a\"} {}", Named.class)).isEqualTo(new Named("a"));
    }

    private static final class CustomMapper extends ObjectMapper {
        private static final long serialVersionUID = 1L;
    }

    @Test
    void mapperThatCannotBeCopiedIsRefused() {
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> JacksonCodec.of(Named.class, new CustomMapper()))
                .withMessageContaining("CustomMapper")
                .withMessageContaining("copy()");
    }

    @Test
    void sourceStaysOutOfTheMessageEvenIfTheMapperHasItIn() {
        ObjectMapper mapper = JsonMapper.builder()
                .enable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .build();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(JacksonCodec.of(Named.class, mapper), "{\"name\":\"secret\",\"other\":1}"))
                .withMessageContaining("\"other\"")
                .withMessageNotContaining("secret");
    }
}

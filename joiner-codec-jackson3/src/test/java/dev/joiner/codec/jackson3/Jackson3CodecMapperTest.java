package dev.joiner.codec.jackson3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.joiner.Codec;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.json.JsonMapper;

/** With a mapper of the caller's, everything is as the caller configured it, and stays so. */
class Jackson3CodecMapperTest {

    record Thing(String firstName, Instant at) {}

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
                .changeDefaultPropertyInclusion(all -> JsonInclude.Value.ALL_NON_NULL)
                .enable(DateTimeFeature.WRITE_DATES_AS_TIMESTAMPS)
                .addMixIn(Named.class, NamedInCapitals.class)
                .build();
        var things = Jackson3Codec.of(Thing.class, mapper);

        assertThat(json(things, new Thing("a", null))).isEqualTo("{\"first_name\":\"a\"}");
        assertThat(json(things, new Thing(null, Instant.ofEpochSecond(7)))).isEqualTo("{\"at\":7.000000000}");
        assertThat(things.decode(things.encode(new Thing("a", Instant.EPOCH))))
                .isEqualTo(new Thing("a", Instant.EPOCH));
        assertThat(json(Jackson3Codec.of(Named.class, mapper), new Named("b"))).isEqualTo("{\"NAME\":\"b\"}");
    }

    record Named(String name) {}

    interface NamedInCapitals {
        @JsonProperty("NAME")
        String name();
    }

    @Test
    void unknownFieldsAreAsTheCallerHasThem() {
        var lenient = Jackson3Codec.of(Named.class, new ObjectMapper());
        var strict = Jackson3Codec.of(
                Named.class,
                JsonMapper.builder()
                        .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                        .build());

        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(strict, "{\"other\":1}"))
                .withMessageContaining("\"other\"");
        assertThat(read(lenient, "{\"other\":1}")).isEqualTo(new Named(null));
    }

    @Test
    void whatFollowsTheValueIsAsTheCallerHasIt() {
        var strict = Jackson3Codec.of(Named.class, new ObjectMapper());
        var lenient = Jackson3Codec.of(
                Named.class,
                JsonMapper.builder()
                        .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                        .build());

        assertThat(read(lenient, "{} {}")).isEqualTo(new Named(null));
        assertThatIllegalArgumentException().isThrownBy(() -> read(strict, "{} {}"));
    }

    @Test
    void genericTypesTakeAMapperToo() {
        ObjectMapper mapper = JsonMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.UPPER_CAMEL_CASE)
                .build();
        var lists = Jackson3Codec.of(new TypeReference<List<Named>>() {}, mapper);

        assertThat(json(lists, List.of(new Named("a")))).isEqualTo("[{\"Name\":\"a\"}]");
        assertThat(lists.decode(lists.encode(List.of(new Named("a"))))).containsExactly(new Named("a"));
    }

    @Test
    void mapperOfTheCallerIsNotChanged() {
        ObjectMapper mapper = new ObjectMapper();
        var annotations = mapper.deserializationConfig().getAnnotationIntrospector();

        Jackson3Codec.of(Named.class, mapper);
        Jackson3Codec.of(new TypeReference<List<Named>>() {}, mapper);

        assertThat(mapper.deserializationConfig().getAnnotationIntrospector()).isSameAs(annotations);
        assertThat(mapper.registeredModules()).isEmpty();
    }

    @Test
    void sourceStaysOutOfTheMessageEvenIfTheMapperHasItIn() {
        ObjectMapper mapper = JsonMapper.builder()
                .enable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .build();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(Jackson3Codec.of(Named.class, mapper), "{\"name\":\"secret\",\"other\":1}"))
                .withMessageContaining("\"other\"")
                .withMessageNotContaining("secret");
    }
}

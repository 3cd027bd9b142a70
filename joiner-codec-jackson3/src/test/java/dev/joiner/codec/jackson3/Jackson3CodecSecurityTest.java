package dev.joiner.codec.jackson3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DefaultTyping;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;
import tools.jackson.databind.jsontype.PolymorphicTypeValidator;

/** A document cannot make objects of a class that it names. */
class Jackson3CodecSecurityTest {

    /** What an attacker would like to have made. */
    public static final class Gadget {
        static final AtomicInteger MADE = new AtomicInteger();

        public String command;

        public Gadget() {
            MADE.incrementAndGet();
        }
    }

    private static final String GADGET = Gadget.class.getName();
    private static final PolymorphicTypeValidator ANY_CLASS = BasicPolymorphicTypeValidator.builder()
            .allowIfBaseType(Object.class)
            .build();

    record Anything(Object payload) {}

    @BeforeEach
    void noneMade() {
        Gadget.MADE.set(0);
    }

    @Test
    void gadgetWouldBeMadeWithDefaultTyping() throws Exception {
        ObjectMapper mapper =
                JsonMapper.builder().activateDefaultTyping(ANY_CLASS).build();

        mapper.readValue("{\"payload\":[\"" + GADGET + "\",{}]}", Anything.class);

        assertThat(Gadget.MADE).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"@class\":\"GADGET\",\"command\":\"x\"}",
                "{\"@c\":\"GADGET\",\"command\":\"x\"}",
                "{\"@type\":\"GADGET\",\"command\":\"x\"}",
                "[\"GADGET\",{\"command\":\"x\"}]",
                "{\"GADGET\":{\"command\":\"x\"}}"
            })
    void nameOfAClassInADocumentIsData(String payload) {
        String document = "{\"payload\":" + payload.replace("GADGET", GADGET) + "}";

        Object plain = Jackson3Codec.of(Anything.class)
                .decode(document.getBytes(UTF_8))
                .payload();
        Object withMapper = Jackson3Codec.of(Anything.class, new ObjectMapper())
                .decode(document.getBytes(UTF_8))
                .payload();

        assertThat(plain).isInstanceOfAny(Map.class, List.class).isEqualTo(withMapper);
        assertThat(plain.toString()).contains(GADGET);
        assertThat(Gadget.MADE).hasValue(0);
    }

    @ParameterizedTest
    @EnumSource(DefaultTyping.class)
    void mapperWithDefaultTypingIsRefused(DefaultTyping typing) {
        ObjectMapper mapper =
                JsonMapper.builder().activateDefaultTyping(ANY_CLASS, typing).build();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Jackson3Codec.of(Anything.class, mapper))
                .withMessageStartingWith("mapper has default typing");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Jackson3Codec.of(new TypeReference<List<Anything>>() {}, mapper));
    }

    @Test
    void mapperWhoseDefaultTypingWasTakenBackIsNotRefused() {
        ObjectMapper mapper = JsonMapper.builder()
                .activateDefaultTyping(ANY_CLASS)
                .deactivateDefaultTyping()
                .build();

        assertThat(Jackson3Codec.of(Anything.class, mapper).encode(new Anything(1)))
                .isNotEmpty();
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)
    interface ByClass {}

    record OneByClass(int number) implements ByClass {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.MINIMAL_CLASS)
    interface ByMinimalClass {}

    record InAField(
            @JsonTypeInfo(use = JsonTypeInfo.Id.CLASS) Object payload) {}

    record InAList(
            @JsonTypeInfo(use = JsonTypeInfo.Id.CLASS) List<Object> payload) {}

    record Deeper(List<Map<String, InAField>> fields) {}

    @ParameterizedTest
    @ValueSource(
            classes = {
                ByClass.class,
                OneByClass.class,
                ByMinimalClass.class,
                InAField.class,
                InAList.class,
                Deeper.class,
                ByClass[].class
            })
    void typeWhoseDocumentsNameClassesIsRefused(Class<?> type) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Jackson3Codec.of(type))
                .withMessageContaining("CLASS) on")
                .withMessageContaining("a document may not name classes");
        assertThatIllegalArgumentException().isThrownBy(() -> Jackson3Codec.of(type, new ObjectMapper()));
    }

    @Test
    void mapperThatAlreadyKnowsTheTypeIsNoWayAround() throws Exception {
        ObjectMapper mapper =
                JsonMapper.builder().polymorphicTypeValidator(ANY_CLASS).build();
        mapper.readValue("{\"payload\":{\"@class\":\"" + GADGET + "\"}}", InAField.class);
        assertThat(Gadget.MADE).hasValue(1);

        assertThatIllegalArgumentException().isThrownBy(() -> Jackson3Codec.of(InAField.class, mapper));
    }

    interface Mixin {
        @JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)
        Object payload();
    }

    @Test
    void mixinIsNoWayAround() {
        ObjectMapper mapper =
                JsonMapper.builder().addMixIn(Anything.class, Mixin.class).build();

        assertThatIllegalArgumentException().isThrownBy(() -> Jackson3Codec.of(Anything.class, mapper));
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
    @JsonSubTypes(@JsonSubTypes.Type(value = Hiding.class, name = "hiding"))
    interface Shape {}

    record Hiding(@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS) Object payload) implements Shape {}

    /** Jackson looks at a type behind a name when it first meets it: in a value before it is written, or in a document. */
    @Test
    void typeThatIsFirstMetLaterIsNeitherWrittenNorRead() {
        var shapes = Jackson3Codec.of(Shape.class);
        String document = "{\"@type\":\"hiding\",\"payload\":{\"@class\":\"" + GADGET + "\"}}";

        assertThatIllegalArgumentException()
                .isThrownBy(() -> shapes.encode(new Hiding(new Gadget())))
                .withMessageContaining("a document may not name classes");
        Gadget.MADE.set(0);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> shapes.decode(document.getBytes(UTF_8)))
                .withMessageContaining("a document may not name classes");
        assertThat(Gadget.MADE).hasValue(0);
    }
}

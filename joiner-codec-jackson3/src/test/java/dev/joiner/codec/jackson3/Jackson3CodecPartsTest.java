package dev.joiner.codec.jackson3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.joiner.Codec;
import dev.joiner.merge.Part;
import dev.joiner.merge.Parts;
import dev.joiner.merge.PartsMerge;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;

/** Parts, each by its class. */
class Jackson3CodecPartsTest {

    record Payment(String orderId, BigDecimal total, Instant paidAt) {}

    record Line(String orderId, String article) {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
    @JsonSubTypes({@JsonSubTypes.Type(Post.class), @JsonSubTypes.Type(value = Courier.class, name = "by hand")})
    sealed interface Shipment {
        String orderId();
    }

    @JsonTypeName("post")
    record Post(String orderId, int stamps) implements Shipment {}

    record Courier(String orderId, String name) implements Shipment {}

    private static final Part<Payment> PAYMENT = Part.of("payment", Payment.class, Payment::orderId);
    private static final Part<List<Line>> LINES =
            Part.of("lines", Line.class, Line::orderId).collect();
    private static final Part<Shipment> SHIPMENT = Part.of("shipment", Shipment.class, Shipment::orderId);

    private static final Payment PAID =
            new Payment("o", new BigDecimal("12.50"), Instant.parse("2025-03-01T10:00:00Z"));

    private final PartsMerge order = Parts.of(PAYMENT, LINES).optional(SHIPMENT);
    private final Codec<Parts> codec = Jackson3Codec.of(order);

    private static Parts merged(PartsMerge merge, Object first, Object... more) {
        Parts parts = merge.merge(first, null);
        for (Object message : more) {
            parts = merge.merge(message, parts);
        }
        return parts;
    }

    @Test
    void partsComeBackEqual() {
        Parts some = merged(order, new Line("o", "hat"), new Line("o", "fish"));
        Parts all = merged(order, PAID, new Line("o", "hat"), new Courier("o", "kim"));

        assertThat(codec.decode(codec.encode(some))).isEqualTo(some);
        assertThat(codec.decode(codec.encode(all))).isEqualTo(all);
    }

    @Test
    void partOfASealedInterfaceIsNamedByIt() {
        Part<List<Shipment>> shipments = SHIPMENT.collect();
        PartsMerge merge = Parts.of(shipments);
        Codec<Parts> codec = Jackson3Codec.of(merge);
        Parts parts = merged(merge, new Courier("o", "kim"), new Post("o", 3));

        assertThat(new String(codec.encode(parts), UTF_8))
                .isEqualTo("{\"shipment\":[{\"@type\":\"by hand\",\"orderId\":\"o\",\"name\":\"kim\"},"
                        + "{\"@type\":\"post\",\"orderId\":\"o\",\"stamps\":3}]}");
        assertThat(codec.decode(codec.encode(parts))).isEqualTo(parts);
    }

    @Test
    void documentHasAFieldForEachPart() {
        PartsMerge waiting = order.waitFor(SHIPMENT, Duration.ofSeconds(1), () -> Instant.EPOCH);
        Codec<Parts> codec = Jackson3Codec.of(waiting);
        Parts parts = merged(waiting, PAID, new Line("o", "hat"));

        assertThat(new String(codec.encode(parts), UTF_8))
                .isEqualTo("{\"payment\":{\"orderId\":\"o\",\"total\":12.50,\"paidAt\":\"2025-03-01T10:00:00Z\"},"
                        + "\"lines\":[{\"orderId\":\"o\",\"article\":\"hat\"}],"
                        + "\"@completeSince\":\"1970-01-01T00:00:00Z\"}");
        assertThat(codec.decode(codec.encode(parts))).isEqualTo(parts);
        assertThat(codec.isText()).isTrue();
    }

    @Test
    void mapperOfTheCallersWritesTheParts() {
        ObjectMapper mapper = JsonMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .build();
        Codec<Parts> snakes = Jackson3Codec.of(Parts.of(LINES), mapper);
        Parts parts = merged(Parts.of(LINES), new Line("o", "hat"));

        assertThat(new String(snakes.encode(parts), UTF_8))
                .isEqualTo("{\"lines\":[{\"order_id\":\"o\",\"article\":\"hat\"}]}");
        assertThat(snakes.decode(snakes.encode(parts))).isEqualTo(parts);
        assertThat(mapper.registeredModules()).isEmpty();
    }

    @Test
    void partThatIsUnknownIsNotForgotten() {
        assertRefused(
                "{\"gift\":1}", "part \"gift\" is none of the parts [payment, lines, shipment], line: 1, column: 9");
        Parts other = merged(Parts.of(Part.of("gift", Integer.class, gift -> "o")), 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.encode(other))
                .withMessage("part \"gift\" is none of the parts [payment, lines, shipment]");
    }

    @Test
    void documentThatIsNoPartsIsRefused() {
        assertRefused("[]", null);
        assertRefused("null", "the document is null, a value never is");
        assertRefused("{\"payment\":null}", null);
        assertRefused("{\"lines\":[]}", null);
        assertRefused("{\"lines\":[null]}", null);
        assertRefused("{\"@completeSince\":\"yesterday\"}", null);
        assertRefused("{\"payment\":{}", null);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.decode("{\"lines\":[],\"lines\":[]}".getBytes(UTF_8)))
                .withMessageContaining("part \"lines\" is there twice");
    }

    @Test
    void partsWithoutTheirMergeAreRefusedAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Jackson3Codec.of(Parts.class))
                .withMessage("Parts alone do not say what they are made of: use Jackson3Codec.of(merge)");
    }

    private void assertRefused(String document, String message) {
        var refused = assertThatIllegalArgumentException().isThrownBy(() -> codec.decode(document.getBytes(UTF_8)));
        if (message != null) {
            refused.withMessage(message);
        }
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)
    interface Named {}

    @Test
    void classWhoseDocumentsNameClassesIsRefusedAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Jackson3Codec.of(Parts.of(Part.of("named", Named.class, named -> "o"))))
                .withMessageContaining("@JsonTypeInfo(use = CLASS) on");
    }

    interface Unnamed {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
    interface WithNames {}

    abstract static class Unmade {}

    abstract static class Made {
        @JsonCreator
        static Made of() {
            return new Made() {};
        }
    }

    @Test
    void abstractClassThatCannotBeReadIsRefusedAtOnce() {
        for (Class<?> type : List.of(Unnamed.class, Unmade.class)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Jackson3Codec.of(Parts.of(PAYMENT, Part.of("gift", type, gift -> "o"))))
                    .withMessageContaining("part \"gift\": " + type.getName())
                    .withMessageContaining("is abstract");
        }
    }

    @Test
    void abstractClassesThatCanBeReadAreNotRefused() {
        Jackson3Codec.of(Parts.of(
                Part.of("list", List.class, gift -> "o"),
                Part.of("number", Number.class, gift -> "o"),
                Part.of("text", CharSequence.class, gift -> "o"),
                Part.of("named", WithNames.class, gift -> "o"),
                Part.of("made", Made.class, gift -> "o")));
    }

    @Test
    void mapperWithDefaultTypingIsRefused() {
        ObjectMapper mapper = JsonMapper.builder()
                .activateDefaultTyping(BasicPolymorphicTypeValidator.builder()
                        .allowIfBaseType(Object.class)
                        .build())
                .build();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Jackson3Codec.of(order, mapper))
                .withMessageStartingWith("mapper has default typing");
    }

    @Test
    void storedPartsAreThoseOfTheirOwnCodecs() {
        PartsMerge own = Parts.of(PAYMENT.storedBy(Jackson3Codec.of(Payment.class)));
        Parts parts = own.restored(Map.of("payment", PAID), null);

        assertThat(own.codec().isText()).isTrue();
        assertThat(own.codec().decode(own.codec().encode(parts))).isEqualTo(parts);
    }
}

package dev.joiner.kafka.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.KeyCodec;
import dev.joiner.merge.Part;
import dev.joiner.merge.Parts;
import dev.joiner.merge.PartsMerge;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Produced;
import org.junit.jupiter.api.Test;

class KafkaStreamsJoinTest {
    record Payment(String order, int cents) {}

    record Shipment(String order, String parcel) {}

    private static final Codec<Payment> PAYMENT_CODEC =
            Codec.of(payment -> Codec.string().encode(payment.order() + ":" + payment.cents()), bytes -> {
                String[] fields = Codec.string().decode(bytes).split(":", -1);
                return new Payment(fields[0], Integer.parseInt(fields[1]));
            });
    private static final Codec<Shipment> SHIPMENT_CODEC =
            Codec.of(shipment -> Codec.string().encode(shipment.order() + ":" + shipment.parcel()), bytes -> {
                String[] fields = Codec.string().decode(bytes).split(":", -1);
                return new Shipment(fields[0], fields[1]);
            });
    static final Serde<Payment> PAYMENTS = serde(PAYMENT_CODEC);
    static final Serde<Shipment> SHIPMENTS = serde(SHIPMENT_CODEC);

    private static <T> Serde<T> serde(Codec<T> codec) {
        return Serdes.serdeFrom(
                (topic, value) -> value == null ? null : codec.encode(value),
                (topic, bytes) -> bytes == null ? null : codec.decode(bytes));
    }

    private static final Part<Payment> PAYMENT =
            Part.of("payment", Payment.class, Payment::order).storedBy(PAYMENT_CODEC);
    private static final Part<Shipment> SHIPMENT =
            Part.of("shipment", Shipment.class, Shipment::order).storedBy(SHIPMENT_CODEC);
    private static final PartsMerge ORDER = Parts.of(PAYMENT, SHIPMENT);

    private static JoinSpec<Object, String, Parts, String> spec() {
        // snippet:kafka-streams-spec
        var spec = ORDER.keyedBy(String.class) // Parts.of(PAYMENT, SHIPMENT)
                .expireAfter(Duration.ofHours(1))
                .onExpired((parts, handOver) -> {}) // they are a stream
                .process(parts -> parts.get(PAYMENT).cents() + " for "
                        + parts.get(SHIPMENT).parcel())
                .build();
        // end:kafka-streams-spec
        return spec;
    }

    private static Topology topology() {
        var spec = spec();
        // snippet:kafka-streams-join
        var builder = new StreamsBuilder();
        var payments = builder.stream("payments", Consumed.with(Serdes.String(), PAYMENTS));
        var shipments = builder.stream("shipments", Consumed.with(Serdes.String(), SHIPMENTS));

        var options = KafkaJoinOptions.of("orders", KeyCodec.string(), ORDER.codec());
        var orders = KafkaStreamsJoin.join(
                spec,
                options,
                JoinInput.of("payments", payments, PAYMENTS),
                JoinInput.of("shipments", shipments, SHIPMENTS));
        orders.joined().to("orders", Produced.with(Serdes.String(), Serdes.String()));
        orders.expired().mapValues(parts -> parts.missing().toString()).to("incomplete-orders");
        // end:kafka-streams-join
        return builder.build();
    }

    @Test
    void streamsOfSeveralClassesAreJoinedThoughTheirKeysDiffer() {
        var config = WordJoin.exactlyOnce();
        config.put("default.key.serde", Serdes.String().getClass());
        config.put("default.value.serde", Serdes.String().getClass());
        try (var driver = new TopologyTestDriver(topology(), config, WordJoin.START)) {
            var payments = driver.createInputTopic(
                    "payments", Serdes.String().serializer(), PAYMENTS.serializer(), WordJoin.START, Duration.ZERO);
            var shipments = driver.createInputTopic(
                    "shipments", Serdes.String().serializer(), SHIPMENTS.serializer(), WordJoin.START, Duration.ZERO);
            payments.pipeInput("a customer", new Payment("7", 100));
            payments.pipeInput("a customer", new Payment("8", 5));
            payments.pipeInput("a customer", null);
            shipments.pipeInput(null, new Shipment("7", "box"));
            driver.advanceWallClockTime(Duration.ofHours(1));

            assertThat(read(driver, "orders")).containsExactly(KeyValue.pair("7", "100 for box"));
            assertThat(read(driver, "incomplete-orders")).containsExactly(KeyValue.pair("8", "[shipment]"));
        }
    }

    private static List<KeyValue<String, String>> read(TopologyTestDriver driver, String topic) {
        return driver.createOutputTopic(
                        topic, Serdes.String().deserializer(), Serdes.String().deserializer())
                .readKeyValuesToList();
    }

    @Test
    void allInputsGoThroughOneTopicWhateverTheirPartitions() {
        String description = topology().describe().toString();

        assertThat(description.split("topic(s)?: \\[?orders-repartition", -1)).hasSize(3); // one sink and one source
    }

    @Test
    void eachOutputIsAStream() {
        StreamsBuilder builder = new StreamsBuilder();
        var words = Letter.words(2)
                .identifiedBy(Letter::id)
                .rememberFor(Duration.ofHours(1))
                .build();
        KStream<String, Letter> in = builder.stream("in", Consumed.with(Serdes.String(), Letter.SERDE));
        var joined = KafkaStreamsJoin.join(words, WordJoin.OPTIONS, JoinInput.of("in", in, Letter.SERDE));
        List<String> out = new ArrayList<>();
        joined.joined().foreach((key, word) -> out.add("joined " + word));
        joined.late().foreach((key, part) -> out.add("late " + part.letter()));
        joined.duplicates().foreach((key, part) -> out.add("duplicate " + part.letter()));
        joined.refused().foreach((key, part) -> out.add("refused " + part.letter()));
        joined.poisoned().foreach((key, word) -> out.add("poisoned " + word));
        joined.unreadable().foreach((key, bytes) -> out.add("unreadable"));
        try (var join = new WordJoin(builder.build(), WordJoin.exactlyOnce())) {
            join.send("1", "aabc");
        }

        assertThat(out).containsExactly("duplicate a", "joined ab", "late c");
    }

    @Test
    void inputsWithoutANameOfTheirOwnAreRefused() {
        StreamsBuilder builder = new StreamsBuilder();
        KStream<String, Payment> stream = builder.stream("payments", Consumed.with(Serdes.String(), PAYMENTS));
        JoinInput<Payment> input = JoinInput.of("in", stream, PAYMENTS);
        var spec = spec();
        var options = KafkaJoinOptions.of("orders", KeyCodec.string(), ORDER.codec());

        assertThatThrownBy(() -> KafkaStreamsJoin.join(spec, options, input, input))
                .hasMessage("orders: two inputs have the name \"in\"");
        assertThatThrownBy(() -> KafkaStreamsJoin.join(spec, options)).hasMessage("orders: there is no input");
    }
}

package dev.joiner.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnknownFieldSet;
import dev.joiner.Codec;
import dev.joiner.codec.jackson.JacksonCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.message.MissingSchemaException;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/** Nodes of two versions of a value's class share a store: the code of docs/recipes.md. */
@NullUnmarked
class UpgradesTest {

    private static String rewritten(Codec<?> codec, String document) {
        return new String(encodedAgain(codec, document.getBytes(UTF_8)), UTF_8);
    }

    private static <T> byte[] encodedAgain(Codec<T> codec, byte[] bytes) {
        return codec.encode(codec.decode(bytes));
    }

    // snippet:upgrades-unknown
    record Order(
            String id,
            String paidBy,
            @JsonAnySetter @JsonAnyGetter Map<String, Object> later) {

        Order {
            later = later == null ? Map.of() : later;
        }

        static Order merge(Order message, Order pending) {
            if (pending == null) {
                return message;
            }
            Map<String, Object> later = new HashMap<>(pending.later());
            later.putAll(message.later());
            return new Order(
                    message.id(), message.paidBy() != null ? message.paidBy() : pending.paidBy(), Map.copyOf(later));
        }
    }
    // end:upgrades-unknown

    @Test
    void whatAnOldNodeDoesNotKnowSurvivesItsWrite() {
        Codec<Order> codec = JacksonCodec.of(Order.class);
        Order stored = codec.decode("{\"id\":\"o\",\"shippedBy\":\"post\"}".getBytes(UTF_8));

        Order merged = Order.merge(new Order("o", "card", null), stored);

        assertThat(new String(codec.encode(merged), UTF_8))
                .isEqualTo("{\"id\":\"o\",\"paidBy\":\"card\",\"shippedBy\":\"post\"}");
        assertThat(codec.decode(codec.encode(merged))).isEqualTo(merged);
    }

    record Forgetful(String id, String paidBy) {}

    @Test
    void withoutThatItIsLost() {
        assertThat(rewritten(JacksonCodec.of(Forgetful.class), "{\"id\":\"o\",\"shippedBy\":\"post\"}"))
                .isEqualTo("{\"id\":\"o\",\"paidBy\":null}");
    }

    // snippet:upgrades-alias
    record Payment(String orderId, @JsonAlias("paidBy") String method) {}
    // end:upgrades-alias

    @Test
    void renamedFieldIsReadByItsOldName() {
        assertThat(rewritten(JacksonCodec.of(Payment.class), "{\"orderId\":\"o\",\"paidBy\":\"card\"}"))
                .isEqualTo("{\"orderId\":\"o\",\"method\":\"card\"}");
    }

    // snippet:codec-protobuf
    static final Codec<Timestamp> TIMESTAMPS = Codec.of(Timestamp::toByteArray, UpgradesTest::timestamp);

    static Timestamp timestamp(byte[] bytes) {
        try {
            return Timestamp.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new UncheckedIOException(e);
        }
    }
    // end:codec-protobuf

    @Test
    void messagesOfProtobufComeBackWithWhatIsNotKnownOfThem() {
        Timestamp later = Timestamp.newBuilder()
                .setSeconds(7)
                .setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(
                                99,
                                UnknownFieldSet.Field.newBuilder().addVarint(5).build())
                        .build())
                .build();

        assertThat(TIMESTAMPS.decode(encodedAgain(TIMESTAMPS, later.toByteArray())))
                .isEqualTo(later);
    }

    private static final Schema SCHEMA = SchemaBuilder.record("Order")
            .namespace("shop")
            .fields()
            .requiredString("id")
            .name("paidBy")
            .type()
            .stringType()
            .stringDefault("")
            .endRecord();

    // snippet:codec-avro
    static Codec<GenericRecord> avro(Schema schema, Schema... older) {
        var encoder = new BinaryMessageEncoder<GenericRecord>(GenericData.get(), schema);
        var decoder = new BinaryMessageDecoder<GenericRecord>(GenericData.get(), schema);
        for (Schema before : older) {
            decoder.addSchema(before); // each document names its own by a fingerprint
        }
        return new Codec<>() {
            @Override
            public byte[] encode(GenericRecord value) {
                try {
                    return encoder.encode(value).array();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }

            @Override
            public GenericRecord decode(byte[] bytes) {
                try {
                    return decoder.decode(bytes);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
    }
    // end:codec-avro

    @Test
    void recordsOfAvroAreReadByTheSchemaThatTheyWereWrittenWith() {
        Schema first = SchemaBuilder.record("Order")
                .namespace("shop")
                .fields()
                .requiredString("id")
                .endRecord();
        GenericRecord old = new GenericRecordBuilder(first).set("id", "o").build();
        Codec<GenericRecord> codec = avro(SCHEMA, first);

        GenericRecord read = codec.decode(avro(first).encode(old));

        assertThat(read.get("id")).hasToString("o");
        assertThat(read.get("paidBy")).hasToString("");
        assertThat(codec.decode(codec.encode(read))).isEqualTo(read);
        byte[] unknown = avro(SCHEMA).encode(read);
        assertThatExceptionOfType(MissingSchemaException.class)
                .isThrownBy(() -> avro(first).decode(unknown));
    }
}

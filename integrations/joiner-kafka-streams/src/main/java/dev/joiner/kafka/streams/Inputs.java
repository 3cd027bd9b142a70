package dev.joiner.kafka.streams;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Brings messages of several streams and classes through one topic, whose key is the join's. Topics of their own, with different
 * numbers of partitions, would put parts of one join into different tasks.
 */
final class Inputs<M, K> {
    /** Says which of the inputs has the serde for a record. */
    private static final String INPUT = "joiner-input";

    private final String join;
    private final Function<M, K> keyOf;
    private final Map<String, JoinInput<? extends M>> inputs = new LinkedHashMap<>();

    Inputs(String join, Function<M, K> keyOf) {
        this.join = join;
        this.keyOf = keyOf;
    }

    void add(JoinInput<? extends M> input) {
        if (inputs.put(input.name(), input) != null) {
            throw new IllegalArgumentException(join + ": two inputs have the name \"" + input.name() + "\"");
        }
    }

    /** All messages as bytes, under their joins' keys. */
    KStream<K, byte[]> keyed() {
        return inputs.values().stream()
                .map(this::keyed)
                .reduce(KStream::merge)
                .orElseThrow(() -> new IllegalArgumentException(join + ": there is no input"));
    }

    @SuppressWarnings("unchecked") // the key that a record has is not looked at
    private <T extends M> KStream<K, byte[]> keyed(JoinInput<T> input) {
        return ((KStream<Object, T>) input.stream()).process(() -> new Keying<>(input));
    }

    /** What {@link #keyed} has made of messages, as messages again. */
    KStream<K, M> messages(KStream<K, byte[]> keyed) {
        return keyed.process(Reading::new);
    }

    private String topic(JoinInput<?> input) {
        return join + "-" + input.name();
    }

    private final class Keying<T extends M> extends ContextualProcessor<Object, T, K, byte[]> {
        private final JoinInput<T> input;

        Keying(JoinInput<T> input) {
            this.input = input;
        }

        @Override
        public void process(Record<Object, T> record) {
            T message = record.value();
            if (message == null) {
                return; // a tombstone is no message
            }
            Headers headers = new RecordHeaders(record.headers());
            headers.remove(INPUT).add(INPUT, input.name().getBytes(UTF_8));
            byte[] bytes = input.serde().serializer().serialize(topic(input), headers, message);
            context()
                    .forward(record.withKey(keyOf.apply(message))
                            .withValue(bytes)
                            .withHeaders(headers));
        }
    }

    private final class Reading extends ContextualProcessor<K, byte[], K, M> {
        @Override
        public void process(Record<K, byte[]> record) {
            Header name = record.headers().lastHeader(INPUT);
            JoinInput<? extends M> input = name == null ? null : inputs.get(new String(name.value(), UTF_8));
            if (input == null) {
                throw new IllegalStateException(join + ": a record of the repartition topic is of none of the inputs "
                        + inputs.keySet() + " but of " + (name == null ? "none" : new String(name.value(), UTF_8)));
            }
            Headers headers = new RecordHeaders(record.headers());
            M message = input.serde().deserializer().deserialize(topic(input), headers, record.value());
            context().forward(record.withValue(message).withHeaders(headers.remove(INPUT)));
        }
    }
}

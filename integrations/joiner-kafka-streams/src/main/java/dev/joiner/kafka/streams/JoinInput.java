package dev.joiner.kafka.streams;

import java.util.Objects;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.streams.kstream.KStream;

/**
 * A stream of messages of a join.
 *
 * @param <M> the messages
 */
public final class JoinInput<M> {
    private final String name;
    private final KStream<?, M> stream;
    private final Serde<M> serde;

    private JoinInput(String name, KStream<?, M> stream, Serde<M> serde) {
        this.name = name;
        this.stream = stream;
        this.serde = serde;
    }

    /**
     * Names a stream of messages.
     *
     * @param name different from that of the join's other inputs; it stands in the repartition topic, and belongs to what is stored
     * @param stream with any key
     * @param serde of the messages, for the repartition topic
     */
    public static <M> JoinInput<M> of(String name, KStream<?, M> stream, Serde<M> serde) {
        return new JoinInput<>(
                Objects.requireNonNull(name, "name"),
                Objects.requireNonNull(stream, "stream"),
                Objects.requireNonNull(serde, "serde"));
    }

    String name() {
        return name;
    }

    KStream<?, M> stream() {
        return stream;
    }

    Serde<M> serde() {
        return serde;
    }
}

package dev.joiner.kafka.streams;

import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;

/**
 * What comes out of a join: a stream for each {@link JoinOutput}. Records have the join's key, and {@link JoinHeaders}.
 *
 * @param <M> the messages
 * @param <K> the keys
 * @param <V> the value that messages are merged into
 * @param <R> what {@code process} returns
 */
public final class JoinedStreams<M, K, V, R> {
    private final KStream<K, R> joined;
    private final KStream<K, V> expired;
    private final KStream<K, V> poisoned;
    private final KStream<K, M> late;
    private final KStream<K, M> duplicates;
    private final KStream<K, M> refused;
    private final KStream<K, byte[]> unreadable;

    JoinedStreams(String name, KStream<K, Object> all) {
        joined = child(name, all, JoinOutput.JOINED);
        expired = child(name, all, JoinOutput.EXPIRED);
        poisoned = child(name, all, JoinOutput.POISONED);
        late = child(name, all, JoinOutput.LATE);
        duplicates = child(name, all, JoinOutput.DUPLICATE);
        refused = child(name, all, JoinOutput.REFUSED);
        unreadable = child(name, all, JoinOutput.UNREADABLE);
    }

    @SuppressWarnings("unchecked") // what goes to each child is of one class
    private static <K, T> KStream<K, T> child(String name, KStream<K, Object> all, JoinOutput output) {
        ProcessorSupplier<K, T, K, T> forwarding = Forwarding::new;
        return ((KStream<K, T>) (KStream<K, ?>) all).process(forwarding, Named.as(output.childOf(name)));
    }

    /** What {@code process} returned, unless that is null. */
    public KStream<K, R> joined() {
        return joined;
    }

    /** Values whose {@code onExpired} has returned. */
    public KStream<K, V> expired() {
        return expired;
    }

    /** Values whose {@code onPoisoned} has returned. */
    public KStream<K, V> poisoned() {
        return poisoned;
    }

    /** Messages whose key was closed. */
    public KStream<K, M> late() {
        return late;
    }

    /** Messages whose id was known. */
    public KStream<K, M> duplicates() {
        return duplicates;
    }

    /** Messages that Joiner cannot take, with the reason as {@link JoinHeaders#error()}. */
    public KStream<K, M> refused() {
        return refused;
    }

    /** Bytes of states that are due and cannot be read, once an hour. */
    public KStream<K, byte[]> unreadable() {
        return unreadable;
    }
}

package dev.joiner.kafka.streams;

import dev.joiner.engine.Delivery;
import dev.joiner.engine.InlineJoiner;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.PartReader;
import dev.joiner.spi.PartsChange;
import java.util.Collection;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/** One event on one key: writes to the task's stores, and forwards what comes of it. */
final class JoinEvent<K, V, R> implements InlineJoiner.Host<K, V, R> {

    /**
     * What events have in common that come from one record or one sweep.
     *
     * @param parts null if the spec collects nothing
     * @param timestamp of the records that are forwarded
     * @param headers of the records that are forwarded
     * @param goesOn whether more handlers may begin
     */
    record Origin<K, V>(
            JoinStates<K, V> states,
            @Nullable JoinParts parts,
            Outlets<K> outlets,
            long timestamp,
            Headers headers,
            BooleanSupplier goesOn) {}

    private final Origin<K, V> origin;
    private final Bytes key;
    private final @Nullable JoinState<V> before;
    private @Nullable JoinState<V> state;

    JoinEvent(Origin<K, V> origin, Bytes key, @Nullable JoinState<V> before) {
        this.origin = origin;
        this.key = key;
        this.before = before;
        this.state = before;
    }

    /** The key's state as it is written last. */
    @Nullable
    JoinState<V> state() {
        return state;
    }

    @Override
    public boolean goesOn() {
        return origin.goesOn.getAsBoolean();
    }

    @Override
    public void write(K unused, @Nullable JoinState<V> next, PartsChange change) {
        if (change.isNone()) {
            origin.states.write(key, before, next);
        } else {
            JoinParts apart = Objects.requireNonNull(origin.parts);
            apart.requireRoom(key, change); // before anything is written
            origin.states.write(key, before, next);
            apart.write(key, change);
        }
        state = next;
    }

    @Override
    public boolean collects() {
        return origin.parts != null;
    }

    @Override
    public PartReader parts(K unused) {
        return origin.parts == null ? PartReader.NONE : origin.parts.of(key);
    }

    @Override
    public @Nullable Long present(K unused, Collection<Long> numbers, String id) {
        return Objects.requireNonNull(origin.parts).present(key, numbers, id);
    }

    @Override
    public void joined(Delivery<K, V, R> handOver, @Nullable R result) {
        if (result != null) {
            forward(JoinOutput.JOINED, handOver, result);
        }
    }

    @Override
    public void expired(Delivery<K, V, R> handOver) {
        forward(JoinOutput.EXPIRED, handOver, handOver.flight().join().value());
    }

    @Override
    public void poisoned(Delivery<K, V, R> handOver) {
        forward(JoinOutput.POISONED, handOver, handOver.flight().join().value());
    }

    private void forward(JoinOutput output, Delivery<K, V, R> handOver, Object value) {
        Headers headers = new RecordHeaders(origin.headers);
        JoinHeaders.write(headers, handOver);
        origin.outlets.handedOver(output, handOver.key(), value, origin.timestamp, headers);
    }
}

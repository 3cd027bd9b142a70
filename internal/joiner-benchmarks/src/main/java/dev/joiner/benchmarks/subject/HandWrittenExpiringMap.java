package dev.joiner.benchmarks.subject;

import dev.joiner.benchmarks.work.Message;
import dev.joiner.benchmarks.work.Receiver;
import dev.joiner.benchmarks.work.Whole;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * What {@link HandWrittenMap} becomes when parts that never come must not fill the memory: it also keeps when the first
 * message came, and can end what has waited too long. Looking for that goes through the whole map. Still no retry and no
 * batch.
 */
final class HandWrittenExpiringMap implements Subject {
    private final ConcurrentMap<String, Pending> pending = new ConcurrentHashMap<>();
    private final Receiver receiver;
    private final InstantSource clock;

    HandWrittenExpiringMap(Receiver receiver, InstantSource clock) {
        this.receiver = receiver;
        this.clock = clock;
    }

    private record Pending(Whole value, long firstAt) {}

    private void accept(Message message) {
        Whole[] whole = new Whole[1];
        pending.compute(message.key(), (key, before) -> {
            Whole merged = Whole.merge(message, before == null ? null : before.value());
            if (merged.isWhole()) {
                whole[0] = merged;
                return null;
            }
            return new Pending(merged, firstAt(before));
        });
        if (whole[0] != null) {
            receiver.receive(message.key(), whole[0]);
        }
    }

    private long firstAt(@Nullable Pending before) {
        return before == null ? clock.millis() : before.firstAt();
    }

    /** Takes out what began at that time or before, and gives it to a receiver. */
    void expire(long upTo, Receiver expired) {
        pending.forEach((key, waiting) -> {
            if (waiting.firstAt() <= upTo && pending.remove(key, waiting)) {
                expired.receive(key, waiting.value());
            }
        });
    }

    @Override
    public Lane lane(int node) {
        return this::accept;
    }

    @Override
    public void close() {}
}

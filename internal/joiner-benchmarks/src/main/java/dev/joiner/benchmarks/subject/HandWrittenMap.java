package dev.joiner.benchmarks.subject;

import dev.joiner.benchmarks.work.Message;
import dev.joiner.benchmarks.work.Receiver;
import dev.joiner.benchmarks.work.Whole;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * What is written by hand where a crash may lose what is pending: one atomic step on a map, and the hand-over outside
 * of it. No expiry, no retry, no batch: a hand-over that throws loses the thing.
 */
final class HandWrittenMap implements Subject {
    private final ConcurrentMap<String, Whole> pending = new ConcurrentHashMap<>();
    private final Receiver receiver;

    HandWrittenMap(Receiver receiver) {
        this.receiver = receiver;
    }

    private void accept(Message message) {
        Whole[] whole = new Whole[1];
        pending.compute(message.key(), (key, before) -> {
            Whole merged = Whole.merge(message, before);
            if (merged.isWhole()) {
                whole[0] = merged;
                return null;
            }
            return merged;
        });
        if (whole[0] != null) {
            receiver.receive(message.key(), whole[0]);
        }
    }

    @Override
    public Lane lane(int node) {
        return this::accept;
    }

    @Override
    public void close() {}
}

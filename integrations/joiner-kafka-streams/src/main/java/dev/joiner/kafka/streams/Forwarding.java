package dev.joiner.kafka.streams;

import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/** A child of a join that gives what it gets to its own children. */
final class Forwarding<K, V> extends ContextualProcessor<K, V, K, V> {
    @Override
    public void process(Record<K, V> record) {
        context().forward(record);
    }
}

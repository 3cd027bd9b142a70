package dev.joiner.kafka.streams;

import dev.joiner.spi.Versioned.Unreadable;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/** Where the output of a join goes: to a child for each {@link JoinOutput}, or results alone, to all that take them. */
final class Outlets<K> {
    private final ProcessorContext<K, Object> context;
    private final String join;
    private final boolean hasChildren;

    Outlets(ProcessorContext<K, Object> context, String join, boolean hasChildren) {
        this.context = context;
        this.join = join;
        this.hasChildren = hasChildren;
    }

    /** A message as it came. */
    void message(JoinOutput output, Record<K, ?> record, @Nullable String error) {
        if (hasChildren) {
            forward(output, record.key(), record.value(), record.timestamp(), withError(record.headers(), error));
        }
    }

    void unreadable(K key, Unreadable<?> held, long timestamp) {
        if (hasChildren) {
            Headers headers = withError(new RecordHeaders(), held.problem().getMessage());
            forward(JoinOutput.UNREADABLE, key, held.bytes(), timestamp, headers);
        }
    }

    private static Headers withError(Headers headers, @Nullable String error) {
        Headers copy = new RecordHeaders(headers);
        JoinHeaders.write(copy, error);
        return copy;
    }

    /** What a handler has returned for, or made of, a join. */
    void handedOver(JoinOutput output, K key, Object value, long timestamp, Headers headers) {
        if (hasChildren || output == JoinOutput.JOINED) {
            forward(output, key, value, timestamp, headers);
        }
    }

    private void forward(JoinOutput output, K key, Object value, long timestamp, Headers headers) {
        Record<K, Object> record = new Record<>(key, value, Math.max(0, timestamp), headers);
        if (hasChildren) {
            context.forward(record, output.childOf(join));
        } else {
            context.forward(record);
        }
    }
}

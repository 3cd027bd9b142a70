package dev.joiner.kafka.streams;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** Goes once over all states, in pages, and in as many sweeps as it takes. For one thread. */
final class StateScan {
    private static final int PAGE = 1_000;

    private final KeyValueStore<Bytes, byte[]> joins;
    private @Nullable Bytes next;

    StateScan(KeyValueStore<Bytes, byte[]> joins) {
        this.joins = joins;
    }

    /**
     * Goes on where the last call ended.
     *
     * @param goesOn asked before each state
     * @return whether all states have been visited
     */
    boolean isOver(BooleanSupplier goesOn, Consumer<KeyValue<Bytes, byte[]>> visitor) {
        while (goesOn.getAsBoolean()) {
            List<KeyValue<Bytes, byte[]>> page = page();
            for (KeyValue<Bytes, byte[]> entry : page) {
                if (!goesOn.getAsBoolean()) {
                    next = entry.key;
                    return false;
                }
                visitor.accept(entry);
            }
            if (page.size() < PAGE) {
                return true;
            }
            next = Deadlines.after(page.get(PAGE - 1).key);
        }
        return false;
    }

    private List<KeyValue<Bytes, byte[]>> page() {
        List<KeyValue<Bytes, byte[]>> page = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> entries = joins.range(next, null)) {
            while (page.size() < PAGE && entries.hasNext()) {
                page.add(entries.next());
            }
        }
        return page;
    }
}

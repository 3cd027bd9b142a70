package dev.joiner.store.redis;

import dev.joiner.StoreException;
import dev.joiner.store.redis.Redis.Answer;
import dev.joiner.store.redis.Redis.Batch;
import java.util.List;

/**
 * What all stores of a namespace have to agree on: the format and the number of shards. The first store writes it down.
 *
 * <p>It is checked when a store is opened, when a server does not know a script (it may have restarted without its data), and
 * along the way when a store looks through all shards.
 */
final class Agreement {
    private static final String FORMAT = "format";
    private static final String SHARDS = "shards";

    private final Redis redis;
    final String meta;
    private final List<String> expected;

    Agreement(Redis redis, Layout layout) {
        this.redis = redis;
        meta = layout.meta;
        expected = List.of(String.valueOf(Layout.FORMAT), String.valueOf(layout.shards.size()));
    }

    /** Looks at what is written, and {@linkplain #verify verifies} it. */
    void check() {
        Batch batch = redis.batch();
        Answer<List<String>> written = look(batch);
        batch.send();
        verify(written.required());
    }

    /** Writes down what this store expects, unless something is written down already. A server that is full refuses that. */
    private void make() {
        Batch batch = redis.batch();
        batch.add(Command.setIfAbsent(meta, FORMAT, expected.get(0)));
        batch.add(Command.setIfAbsent(meta, SHARDS, expected.get(1)));
        Answer<List<String>> written = look(batch);
        batch.send();
        require(written.required());
    }

    Answer<List<String>> look(Batch batch) {
        return batch.add(Command.fields(meta, FORMAT, SHARDS));
    }

    /** Checks that what was written is what this store expects, and writes it down again if it is gone. */
    void verify(List<String> written) {
        if (written.contains(null)) {
            make();
        } else {
            require(written);
        }
    }

    private void require(List<String> written) {
        if (!expected.equals(written)) {
            throw new StoreException(meta + " says " + FORMAT + " and " + SHARDS + " " + written
                    + ", and this store is opened with " + expected
                    + ": open it with the number of shards that it was first opened with, and with a version of Joiner"
                    + " that knows the format");
        }
    }
}

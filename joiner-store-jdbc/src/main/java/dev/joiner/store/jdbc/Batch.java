package dev.joiner.store.jdbc;

import dev.joiner.spi.JoinStore.Change;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.Versioned;
import dev.joiner.store.jdbc.Connections.Done;
import dev.joiner.store.jdbc.Connections.Work;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Many keys in few statements: one that inserts, one that updates, one that deletes, and one that reads what was there
 * instead.
 *
 * <p>Each statement is a transaction of its own: the batch as a whole is not atomic, and need not be.
 */
final class Batch<K, V> {
    /** So that a statement is one that every database takes. */
    private static final int MAX_ROWS = 1_000;

    private static final int MAX_BYTES = 4 << 20;
    /** Under isolation that lets neighbours fail each other, a batch may fail again and again where one key would not. */
    private static final int MAX_TRIES = 3;

    private final JdbcJoinStore<K, V> store;
    private final List<String> texts;

    /** Where writes of the batch went through. */
    private final Set<String> won = new HashSet<>();
    /** Where a lost exchange may have been won by a try whose answer was lost. */
    private final Set<String> repeated = new HashSet<>();
    /** Where the database rolled the batch back, again and again. */
    private final Set<String> alone = new HashSet<>();

    Batch(JdbcJoinStore<K, V> store, List<K> keys) {
        this.store = store;
        texts = keys.stream().map(store::text).toList();
    }

    List<@Nullable Versioned<V>> find() {
        try {
            Map<String, Stored> found = find(texts);
            List<@Nullable Versioned<V>> held = new ArrayList<>(texts.size());
            for (String text : texts) {
                held.add(store.seen(text, found.get(text)));
            }
            return held;
        } catch (RuntimeException e) {
            texts.forEach(store::forget);
            throw e;
        }
    }

    private Map<String, Stored> find(List<String> searched) {
        Map<String, Stored> found = new HashMap<>();
        chunks(searched, text -> 0)
                .forEach(chunk -> found.putAll(
                        store.connections().read(connection -> store.table().findAll(connection, chunk))));
        return found;
    }

    List<Exchange<V>> exchange(List<Change<K, V>> changes) {
        List<Row> inserts = new ArrayList<>();
        List<RowChange> updates = new ArrayList<>();
        List<RowChange> deletes = new ArrayList<>();
        Map<String, Row> rows = new HashMap<>();
        for (int i = 0; i < changes.size(); i++) { // all are encoded before any is written
            String text = texts.get(i);
            Versioned<V> expected = changes.get(i).expected();
            Versioned<V> next = changes.get(i).next();
            Row row = next == null ? null : store.row(text, next);
            if (row != null) {
                rows.put(text, row);
            }
            if (expected != null) {
                (row == null ? deletes : updates).add(new RowChange(text, expected.version(), row));
            } else if (row != null) {
                inserts.add(row);
            }
        }
        try {
            JoinTable table = store.table();
            writeAll(inserts, Row::key, row -> row.state().length, table::insertAll);
            writeAll(updates, RowChange::key, Batch::size, table::updateAll);
            writeAll(deletes, RowChange::key, change -> 0, table::deleteAll);
            Map<String, Stored> witnesses = find(texts.stream()
                    .filter(text -> !won.contains(text) && !alone.contains(text))
                    .toList());
            List<Exchange<V>> exchanges = new ArrayList<>(changes.size());
            for (int i = 0; i < changes.size(); i++) {
                Change<K, V> change = changes.get(i);
                String text = texts.get(i);
                exchanges.add(exchange(change, text, rows.get(text), witnesses.get(text)));
            }
            return exchanges;
        } catch (RuntimeException e) {
            texts.forEach(store::forget);
            throw e;
        }
    }

    private Exchange<V> exchange(Change<K, V> change, String text, @Nullable Row row, @Nullable Stored witness) {
        if (won.contains(text) || JdbcJoinStore.isMine(witness, row)) {
            store.wrote(text, row);
            return new Exchange<>(true, change.next());
        }
        JdbcJoinStore.requireKnown(repeated.contains(text), text);
        if (alone.contains(text) || JdbcJoinStore.isThere(change.expected(), witness)) {
            return store.compareAndExchange(change.key(), change.expected(), change.next());
        }
        return new Exchange<>(false, store.seen(text, witness));
    }

    private static int size(RowChange change) {
        return Objects.requireNonNull(change.next()).state().length;
    }

    private interface Statement<T> {
        Set<String> run(Connection connection, List<T> rows) throws SQLException;
    }

    private <T> void writeAll(List<T> rows, Function<T, String> key, ToIntFunction<T> size, Statement<T> statement) {
        List<T> sorted = new ArrayList<>(rows);
        sorted.sort(Comparator.comparing(key));
        for (List<T> chunk : chunks(sorted, size)) {
            Work<Set<String>> work = connection -> statement.run(connection, chunk);
            try {
                Done<Set<String>> done = store.connections().write(work, MAX_TRIES);
                won.addAll(done.answer());
                if (done.repeated()) {
                    chunk.forEach(row -> repeated.add(key.apply(row)));
                }
            } catch (RolledBackException e) {
                chunk.forEach(row -> alone.add(key.apply(row)));
            }
        }
    }

    private static <T> List<List<T>> chunks(List<T> rows, ToIntFunction<T> size) {
        List<List<T>> chunks = new ArrayList<>();
        int bytes = 0;
        int begin = 0;
        for (int i = 0; i < rows.size(); i++) {
            int next = size.applyAsInt(rows.get(i));
            if (i > begin && (i - begin == MAX_ROWS || bytes + next > MAX_BYTES)) {
                chunks.add(rows.subList(begin, i));
                begin = i;
                bytes = 0;
            }
            bytes += next;
        }
        if (begin < rows.size()) {
            chunks.add(rows.subList(begin, rows.size()));
        }
        return chunks;
    }
}

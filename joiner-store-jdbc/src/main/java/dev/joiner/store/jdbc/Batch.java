package dev.joiner.store.jdbc;

import dev.joiner.CodecException;
import dev.joiner.ContentionException;
import dev.joiner.ValueTooLargeException;
import dev.joiner.spi.JoinStore.Change;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.PartsChange;
import dev.joiner.spi.Versioned;
import dev.joiner.store.jdbc.Connections.Done;
import dev.joiner.store.jdbc.Connections.Work;
import dev.joiner.store.jdbc.PartTable.Look;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Many keys in few statements: one that inserts, one that updates, one that deletes, and one that reads what was there
 * instead.
 *
 * <p>Each statement is a transaction of its own: the batch as a whole is not atomic, and need not be. Exchanges that change parts
 * are an exception: they and all their parts are one transaction, after a look for the ids of the parts. For one call.
 */
final class Batch<K, V> {
    /** Under isolation that lets neighbours fail each other, a batch may fail again and again where one key would not. */
    private static final int MAX_TRIES = 3;

    private final JdbcJoinStore<K, V> store;
    /** A statement is no larger than one with the largest state may be. */
    private final long largest;

    /** Where writes of the batch went through. */
    private final Set<String> won = new HashSet<>();
    /** Where a lost exchange may have been won by a try whose answer was lost. */
    private final Set<String> repeated = new HashSet<>();
    /** Where the database rolled the batch back, again and again. */
    private final Set<String> alone = new HashSet<>();
    /** Where the batch has waited for a lock, in vain: of some of them. */
    private final Set<String> waited = new HashSet<>();
    /** Ids that were to be appended and are there, by key, with the numbers under which they are. */
    private final Map<String, Map<String, Long>> present = new HashMap<>();

    Batch(JdbcJoinStore<K, V> store) {
        this.store = store;
        largest = store.maxEntryBytes();
    }

    List<@Nullable Versioned<V>> find(List<K> keys) {
        List<String> texts = keys.stream().map(store::text).toList();
        try {
            Map<String, Stored> found = stored(texts);
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

    private Map<String, Stored> stored(List<String> texts) {
        Map<String, Stored> found = new HashMap<>();
        Chunks.of(texts)
                .forEach(chunk -> found.putAll(
                        store.connections().read(connection -> store.table().findAll(connection, chunk))));
        return found;
    }

    /** A change as the database takes it, or why it takes it not. */
    private final class Encoded {
        final Change<K, V> change;
        /** Empty if there is none. */
        final String text;

        final @Nullable Row row;
        final @Nullable KeyParts parts;
        final @Nullable RuntimeException refusal;

        Encoded(Change<K, V> change) {
            this.change = change;
            String encodedText = "";
            Row encodedRow = null;
            KeyParts encodedParts = null;
            RuntimeException problem = null;
            try {
                encodedText = store.text(change.key());
                encodedRow = change.next() == null ? null : store.row(encodedText, change.next());
                encodedParts = store.parts(encodedText, PartsChange.between(change.expected(), change.next()));
                if (change.expected() != null || encodedRow != null) {
                    store.currentTransaction().requireNotLocked(encodedText);
                }
            } catch (ContentionException | CodecException | ValueTooLargeException | IllegalArgumentException e) {
                problem = e;
            }
            text = encodedText;
            row = encodedRow;
            parts = encodedParts == null || encodedParts.change().isNone() ? null : encodedParts;
            refusal = problem;
        }

        boolean isLost() {
            return refusal == null && !won.contains(text) && !alone.contains(text) && !waited.contains(text);
        }
    }

    List<Exchange<V>> exchange(List<Change<K, V>> changes) {
        // All are encoded before any is written.
        List<Encoded> all = new ArrayList<>(changes.size());
        changes.forEach(change -> all.add(new Encoded(change)));
        try {
            write(all);
            Map<String, Stored> witnesses = stored(all.stream()
                    .filter(Encoded::isLost)
                    .map(encoded -> encoded.text)
                    .toList());
            return all.stream()
                    .map(encoded -> exchange(encoded, witnesses.get(encoded.text)))
                    .toList();
        } catch (RuntimeException e) {
            all.forEach(encoded -> store.forget(encoded.text));
            throw e;
        }
    }

    private void write(List<Encoded> all) {
        Map<String, KeyParts> parts = new HashMap<>();
        for (Encoded encoded : all) {
            if (encoded.refusal == null && encoded.parts != null) {
                parts.put(encoded.text, encoded.parts);
            }
        }
        look(parts.values());
        List<Row> inserts = new ArrayList<>();
        List<RowChange> updates = new ArrayList<>();
        List<RowChange> deletes = new ArrayList<>();
        for (Encoded encoded : all) {
            Versioned<V> expected = encoded.change.expected();
            if (encoded.refusal != null || present.containsKey(encoded.text)) {
                continue;
            }
            if (expected != null) {
                (encoded.row == null ? deletes : updates)
                        .add(new RowChange(encoded.text, expected.version(), encoded.row));
            } else if (encoded.row != null) {
                inserts.add(encoded.row);
            }
        }
        JoinTable table = store.table();
        writeAll(inserts, parts, Row::key, Row::bytes, table::insertAll, table::insertAllNew);
        writeAll(updates, parts, RowChange::key, Batch::size, table::updateAll, table::updateAll);
        writeAll(deletes, parts, RowChange::key, change -> 0, table::deleteAll, table::deleteAll);
    }

    /**
     * Looks for the ids of what is to be appended. It may do so before the exchanges: what is expected was there before, so if it is
     * still there when it is exchanged, nothing was appended meanwhile. If it is there in the end under ids that were found, they
     * were there all the time.
     */
    private void look(Collection<KeyParts> all) {
        List<Look> looks = new ArrayList<>();
        for (KeyParts parts : all) {
            for (Long number : parts.change().lookIn()) {
                for (String id : parts.change().ids()) {
                    looks.add(new Look(parts.key(), number, id));
                }
            }
        }
        for (List<Look> chunk : Chunks.of(looks)) {
            for (Look look :
                    store.connections().read(connection -> store.table().parts.present(connection, chunk))) {
                present.computeIfAbsent(look.key(), key -> new HashMap<>()).put(look.id(), look.number());
            }
        }
    }

    private Exchange<V> exchange(Encoded encoded, @Nullable Stored witness) {
        if (encoded.refusal != null) {
            return Exchange.refused(encoded.refusal);
        }
        String text = encoded.text;
        Change<K, V> change = encoded.change;
        if (won.contains(text) || JdbcJoinStore.isMine(witness, encoded.row)) {
            store.wrote(text, encoded.row);
            return Exchange.written();
        }
        JdbcJoinStore.requireKnown(repeated.contains(text), text);
        if (present.containsKey(text) && JdbcJoinStore.isThere(change.expected(), witness)) {
            return Exchange.present(present.get(text));
        }
        if (waited.contains(text)) {
            try {
                return store.exchangeWithoutWaiting(change.key(), change.expected(), change.next());
            } catch (ContentionException e) {
                return Exchange.refused(e);
            }
        }
        if (alone.contains(text) || JdbcJoinStore.isThere(change.expected(), witness)) {
            return store.compareAndExchange(change.key(), change.expected(), change.next());
        }
        return Exchange.lost(store.seen(text, witness));
    }

    private static int size(RowChange change) {
        return Objects.requireNonNull(change.next()).bytes();
    }

    private interface Statement<T> {
        Set<String> run(Connection connection, List<T> rows) throws SQLException;
    }

    /** Rows with parts are written apart from the others, which need not wait for parts, nor be in one transaction with them. */
    private <T> void writeAll(
            List<T> rows,
            Map<String, KeyParts> parts,
            Function<T, String> key,
            ToLongFunction<T> size,
            Statement<T> statement,
            Statement<T> statementWithParts) {
        Predicate<T> hasParts = row -> parts.containsKey(key.apply(row));
        List<T> plain = rows.stream().filter(hasParts.negate()).toList();
        writeAll(plain, key, size, statement);
        List<T> withParts = rows.stream().filter(hasParts).toList();
        ToLongFunction<T> sizeOfBoth = row -> size.applyAsLong(row)
                + Objects.requireNonNull(parts.get(key.apply(row))).bytes();
        writeAll(
                withParts,
                key,
                sizeOfBoth,
                (connection, chunk) -> JoinTable.inTransaction(connection, () -> {
                    Set<String> written = statementWithParts.run(connection, chunk);
                    List<KeyParts> ofWritten = chunk.stream()
                            .map(key)
                            .filter(written::contains)
                            .map(parts::get)
                            .toList();
                    store.table().parts.write(connection, ofWritten, largest);
                    return written;
                }));
    }

    private <T> void writeAll(List<T> rows, Function<T, String> key, ToLongFunction<T> size, Statement<T> statement) {
        List<T> sorted = new ArrayList<>(rows);
        sorted.sort(Comparator.comparing(key));
        for (List<T> chunk : Chunks.of(sorted, size, largest)) {
            Work<Set<String>> work = connection -> statement.run(connection, chunk);
            try {
                Done<Set<String>> done = store.connections().write(work, MAX_TRIES);
                won.addAll(done.answer());
                if (done.repeated()) {
                    chunk.forEach(row -> repeated.add(key.apply(row)));
                }
            } catch (LockTimeoutException e) {
                chunk.forEach(row -> waited.add(key.apply(row)));
            } catch (RolledBackException e) {
                chunk.forEach(row -> alone.add(key.apply(row)));
            }
        }
    }
}

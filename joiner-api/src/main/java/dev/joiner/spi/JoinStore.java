package dev.joiner.spi;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A store of joins in progress: one state per key, changed by compare-and-exchange and found again when it is due.
 *
 * <p>A store is thin. It never runs user code (but for its codecs), never reads a clock and never lets an entry go on
 * its own: every meaning of what it holds is {@link Transition}'s. It is thread-safe. Keys differ when {@code equals}
 * says so, and come back equal to what was given.
 *
 * <p>Every failure is a {@link dev.joiner.StoreException}; after one, a write may or may not have happened. An entry
 * that cannot be decoded is no failure of the store: it comes back as {@link Versioned#unreadable}, and stays.
 *
 * @param <K> the keys
 * @param <V> the values that the joins merge
 */
public interface JoinStore<K, V> extends AutoCloseable {

    /** The state under the key as the store holds it now, or null. Never a guess. */
    @Nullable
    Versioned<V> find(K key);

    /** {@link #find} for many keys, in as few round trips as the store can; in the order of the keys. By default a loop. */
    default List<@Nullable Versioned<V>> findAll(List<K> keys) {
        List<@Nullable Versioned<V>> found = new ArrayList<>(keys.size());
        for (K key : keys) {
            found.add(find(key));
        }
        return found;
    }

    /**
     * What this store last wrote or saw under the key, without I/O; may be wrong. Null, the default, is the guess that
     * there is nothing.
     *
     * <p>A store that remembers what it wrote keeps bytes, not objects (a merge that changes its argument would count
     * twice), and forgets a key on any exception.
     */
    default @Nullable Versioned<V> guess(K key) {
        return null;
    }

    /**
     * Writes {@code next} if and only if the store still holds {@code expected}: the one way to change anything.
     *
     * @param expected what the key must hold; null: nothing
     * @param next what it holds then, under the version that the caller drew; null: nothing
     */
    Exchange<V> compareAndExchange(K key, @Nullable Versioned<V> expected, @Nullable Versioned<V> next);

    /**
     * {@link #compareAndExchange} for many distinct keys, in as few round trips as the store can; in the order of the
     * changes. Each change is atomic, the batch is not: after an exception any of them may have happened. By default a
     * loop.
     */
    default List<Exchange<V>> compareAndExchangeAll(List<Change<K, V>> changes) {
        List<Exchange<V>> exchanges = new ArrayList<>(changes.size());
        for (Change<K, V> change : changes) {
            exchanges.add(compareAndExchange(change.key(), change.expected(), change.next()));
        }
        return exchanges;
    }

    /**
     * Up to {@code limit} entries whose {@link JoinState#dueAt()} is at or before {@code now}: a random choice among
     * the oldest, so that nodes which sweep together do not all fight for the same. Fewer than {@code limit} are all that
     * there are. Costs O(limit), never O(pending).
     */
    List<Entry<K, V>> due(Instant now, int limit);

    /**
     * One page of everything held, in an order of the store's own. An entry that is there from the first page to the
     * last is on one of them; one that is written meanwhile may be missed, or be on two.
     *
     * @param cursor null for the first page, then {@link Page#next()}
     */
    Page<K, V> scan(@Nullable String cursor, int limit);

    /** How many keys are held. A store whose count is approximate says so. */
    long size();

    /** Whether the store makes room by {@link JoinState#evicted()}, so that joins need somebody who receives them. */
    default boolean evicts() {
        return false;
    }

    /**
     * Whether an exchange that is lost costs a round trip, so that a joiner had better let the messages of one key go to
     * the store one after the other.
     */
    default boolean isRemote() {
        return false;
    }

    /** Lets go of what this object opened. The joins stay where they are, as far as they outlive the process at all. */
    @Override
    void close();

    /**
     * The answer to an exchange.
     *
     * @param won whether the write happened
     * @param witness what the store holds now: after a win {@code next}; otherwise what was there instead of
     *     {@code expected}, read after the lost write and never equal to {@code expected}
     */
    record Exchange<V>(boolean won, @Nullable Versioned<V> witness) {}

    /** One entry of {@link #compareAndExchangeAll}. */
    record Change<K, V>(
            K key,
            @Nullable Versioned<V> expected,
            @Nullable Versioned<V> next) {}

    /**
     * A key and what is under it.
     *
     * @param key null if the store holds a text that its codec cannot turn into a key; {@code held} is unreadable then
     */
    record Entry<K, V>(@Nullable K key, Versioned<V> held) {}

    /**
     * Some entries, and where to go on.
     *
     * @param next the cursor of the next page, null after the last
     */
    record Page<K, V>(List<Entry<K, V>> entries, @Nullable String next) {
        public Page {
            entries = List.copyOf(entries);
        }
    }
}

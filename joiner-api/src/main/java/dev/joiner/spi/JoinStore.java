package dev.joiner.spi;

import dev.joiner.CodecException;
import dev.joiner.ValueTooLargeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A store of joins in progress: one state per key, changed by compare-and-exchange and found again when it is due.
 *
 * <p>A store is thin. Apart from its codecs it never runs user code, it never reads a clock, and it never removes an entry on
 * its own: what its contents mean is decided by {@code dev.joiner.engine.Transition}. It is thread-safe. Keys differ when
 * {@code equals} says so, and come back equal to what was given.
 *
 * <p>Every failure is a {@link dev.joiner.StoreException}; after one, a write may or may not have happened. A key that no
 * store could keep is an {@link IllegalArgumentException}. An entry that cannot be decoded is not a failure of the store: it
 * comes back as {@link Versioned#unreadable}, and stays.
 *
 * @param <K> the keys
 * @param <V> the values that the joins merge
 */
public interface JoinStore<K, V> extends AutoCloseable {

    /** Returns the state under the key as the store holds it now, or null. Never a guess. */
    @Nullable
    Versioned<V> find(K key);

    /** Does {@link #find} for many keys, in as few round trips as the store can; in the order of the keys. By default a loop. */
    default List<@Nullable Versioned<V>> findAll(List<K> keys) {
        List<@Nullable Versioned<V>> found = new ArrayList<>(keys.size());
        for (K key : keys) {
            found.add(find(key));
        }
        return found;
    }

    /**
     * Returns what this store last wrote or saw under the key, without I/O; may be wrong. Null, the default, is the guess that
     * there is nothing.
     *
     * <p>A store that remembers what it wrote keeps bytes, not objects (a merge that changes its argument would count twice),
     * within a bound, and forgets a key when a request for it fails: nobody knows then what it holds.
     */
    default @Nullable Versioned<V> guess(K key) {
        return null;
    }

    /**
     * Writes {@code next} if and only if the store still holds {@code expected}: the only way to change anything.
     *
     * <p>If the answer to a write is lost, a store may read the key: {@code next}'s version says that the write happened.
     * Anything else says nothing, as others may have written since, and the write may still be under way: it is a
     * {@link dev.joiner.StoreException}, never a lost exchange. So it is after a removal. For the same reason a client library must
     * not repeat a write by itself, unless its server carries out a repeated request once.
     *
     * @param expected what the key must hold; null: nothing. Only its version counts; it may be unreadable
     * @param next what it holds then, under the version that the caller drew; null: nothing
     * @throws CodecException if the key or the value cannot be encoded; nothing was written
     * @throws ValueTooLargeException if the state does not fit; nothing was written
     * @throws dev.joiner.ContentionException if others kept the key locked for too long; nothing was written
     */
    Exchange<V> compareAndExchange(K key, @Nullable Versioned<V> expected, @Nullable Versioned<V> next);

    /**
     * Does {@link #compareAndExchange} for many distinct keys, in as few round trips as the store can; in the order of the
     * changes.
     *
     * <p>Each change is atomic, the batch is not: after an exception any of them may have happened. A change that cannot be
     * encoded, does not fit or has an impossible key is {@linkplain Exchange#refused refused} alone. By default a loop.
     */
    default List<Exchange<V>> compareAndExchangeAll(List<Change<K, V>> changes) {
        List<Exchange<V>> exchanges = new ArrayList<>(changes.size());
        for (Change<K, V> change : changes) {
            try {
                exchanges.add(compareAndExchange(change.key(), change.expected(), change.next()));
            } catch (CodecException | ValueTooLargeException | IllegalArgumentException e) {
                exchanges.add(Exchange.refused(e));
            }
        }
        return exchanges;
    }

    /**
     * Looks for what is due: up to {@code limit} keys whose {@link JoinState#dueAt()} is at or after {@code from} and at or before
     * {@code upTo}, the oldest first. Fewer than {@code limit} are all that there are.
     *
     * <p>Reads no states, and costs O(limit), never O(pending). An index that lags behind may hide what was written a moment ago,
     * but never for good. It must not show a key under a time at which its state is not due any more.
     */
    List<Due<K>> due(Instant from, Instant upTo, int limit);

    /**
     * Returns one page of everything held, in an order of the store's own. An entry that is there from the first page to the
     * last is on one of them; one that is written meanwhile may be missed, or be on two. A page may be shorter than
     * {@code limit}, so that it fits into memory.
     *
     * @param cursor null for the first page, then {@link Page#next()}
     */
    Page<K, V> scan(@Nullable String cursor, int limit);

    /** Counts the keys. A store whose count is approximate says so. */
    long size();

    /** How many bytes a state may take under one key: the limit that its {@link EntryCodec} was given. None by default. */
    default long maxEntryBytes() {
        return Long.MAX_VALUE;
    }

    /** Whether the store makes room by {@link JoinState#evicted()}, so that joins need a receiver for those. */
    default boolean evicts() {
        return false;
    }

    /**
     * Whether a lost exchange costs a round trip, so that a joiner had better let the messages of one key go to the store one
     * after the other.
     */
    default boolean isRemote() {
        return false;
    }

    /**
     * Whether the store keeps the parts of joins that collect apart from their states, so that one more part costs the same
     * whether there are ten or a hundred thousand. It then does with each exchange what {@link PartsChange#between} says, in the
     * same atomic write, and has {@link #parts} and {@link #present}. In a store that does not, parts are in the states.
     */
    default boolean collects() {
        return false;
    }

    /**
     * Reads parts of a join in the order of their positions: up to {@code limit} from a position on, and fewer if they would be many
     * bytes, but one at the least if there is one.
     *
     * @param number of the join's {@link StoredParts}
     * @param from the first position, from 0
     */
    default List<StoredParts.Part> parts(K key, long number, int from, int limit) {
        throw new UnsupportedOperationException("parts are not kept apart");
    }

    /**
     * Looks for ids of messages: returns those that are in the store under one of the numbers, each with that number.
     *
     * @param numbers of a key's joins, from {@link PartsChange#lookedIn}
     */
    default Map<String, Long> present(K key, Collection<Long> numbers, Collection<String> ids) {
        throw new UnsupportedOperationException("parts are not kept apart");
    }

    /** Releases the resources that this store opened. Joins stay where they are, if they outlive the process at all. */
    @Override
    void close();

    /**
     * The answer to an exchange.
     *
     * @param won whether the write happened
     * @param witness what was there instead of {@code expected}, read after the lost write and never equal to
     *     {@code expected}; null after a win, and where there are ids {@code present}
     * @param refusal why the change was not even tried; null unless it was refused
     * @param present ids of parts that were to be appended and are there already, with the numbers under which they are; empty
     *     unless that is why nothing was written
     */
    record Exchange<V>(
            boolean won,
            @Nullable Versioned<V> witness,
            @Nullable RuntimeException refusal,
            Map<String, Long> present) {

        private static final Exchange<?> WRITTEN = new Exchange<>(true, null, null, Map.of());

        public Exchange {
            present = Map.copyOf(present);
        }

        /** The write happened, and the store holds {@code next}. */
        @SuppressWarnings("unchecked") // it holds nothing
        public static <V> Exchange<V> written() {
            return (Exchange<V>) WRITTEN;
        }

        /** Something else was there. */
        public static <V> Exchange<V> lost(@Nullable Versioned<V> witness) {
            return new Exchange<>(false, witness, null, Map.of());
        }

        /**
         * The change cannot be written, whatever is there.
         *
         * @param refusal what {@link JoinStore#compareAndExchange} would have thrown
         */
        public static <V> Exchange<V> refused(RuntimeException refusal) {
            return new Exchange<>(false, null, refusal, Map.of());
        }

        /**
         * What was expected is there, but so are ids of what was to be appended. Nothing was written.
         *
         * @param present those ids, each with the number under which it is; not empty
         */
        public static <V> Exchange<V> present(Map<String, Long> present) {
            return new Exchange<>(false, null, null, present);
        }
    }

    /** One entry of {@link #compareAndExchangeAll}. */
    record Change<K, V>(
            K key,
            @Nullable Versioned<V> expected,
            @Nullable Versioned<V> next) {}

    /**
     * A key that is due.
     *
     * @param key null if the store holds a text that its codec cannot turn into a key
     * @param at since when
     * @param bytes how much of a caller's memory its state will take, roughly; 0 if the store holds it there anyway
     * @param problem why the key cannot be read; null if it can
     */
    record Due<K>(
            @Nullable K key, long at, long bytes, @Nullable CodecException problem) {

        public static <K> Due<K> of(K key, long at, long bytes) {
            return new Due<>(key, at, bytes, null);
        }

        public static <K> Due<K> unreadable(CodecException problem, long at) {
            return new Due<>(null, at, 0, Objects.requireNonNull(problem));
        }
    }

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

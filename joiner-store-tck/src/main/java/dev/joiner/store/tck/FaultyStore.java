package dev.joiner.store.tck;

import dev.joiner.Codec;
import dev.joiner.CodecException;
import dev.joiner.JoinStoreConfig;
import dev.joiner.KeyCodec;
import dev.joiner.StoreException;
import dev.joiner.ValueTooLargeException;
import dev.joiner.spi.EntryCodec;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.StoredParts;
import dev.joiner.spi.Versioned;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A store over another one that counts round trips, and shows on demand what a real store does on a bad day: reads and writes
 * that fail before or after they happened, wrong guesses, entries that cannot be read or written, values that are too large.
 * It stops at chosen points, where a test runs what another node does in between, so that an interleaving is driven step by
 * step. For one thread.
 */
public final class FaultyStore<K, V> implements JoinStore<K, V> {

    /** What happens to one read or write, of one key or of many. */
    public enum Fault {
        NONE,
        /** It never reaches the store. */
        LOST,
        /** It happens, but the answer is lost. */
        ANSWER_LOST,
        /** It happens, and as the answer is lost the driver sends it again. */
        REPEATED
    }

    private final JoinStore<K, V> store;
    private final Deque<Fault> writeFaults = new ArrayDeque<>();
    private final Deque<Fault> readFaults = new ArrayDeque<>();
    private final Map<K, Versioned<V>> stale = new HashMap<>();
    private final Map<K, Throwable> unreadable = new HashMap<>();
    private final Set<K> nameless = new HashSet<>();
    private final Map<K, Throwable> unwritable = new HashMap<>();
    private EntryCodec<String, V> limit;
    private Function<K, Versioned<V>> guess;
    private Runnable beforeWrite = () -> {};
    private Runnable afterWrite = () -> {};
    private boolean dead;
    private boolean evicts;
    private boolean remote;
    private int roundTrips;

    /** @param store holds the joins; as long as nothing else is said, this one does what it does */
    public FaultyStore(JoinStore<K, V> store) {
        this.store = store;
        guess = store::guess;
    }

    /** Says what happens to the next writes, in this order; those after them go well. */
    public void nextWrites(Fault... next) {
        writeFaults.addAll(List.of(next));
    }

    /** Says what happens to the next reads of keys and of what is due, in this order; those after them go well. */
    public void nextReads(Fault... next) {
        readFaults.addAll(List.of(next));
    }

    /** Cuts this node off, as if it had died: nothing reaches the store any more, not even {@link #close}. */
    public void die() {
        dead = true;
    }

    /** Stops once, before the next write reaches the store. */
    public void beforeNextWrite(Runnable work) {
        beforeEveryWrite(() -> {
            beforeWrite = () -> {};
            work.run();
        });
    }

    /** Stops before each write reaches the store. */
    public void beforeEveryWrite(Runnable work) {
        beforeWrite = work;
    }

    /** Stops once, when the next write has happened, before its answer comes back. */
    public void afterNextWrite(Runnable work) {
        afterWrite = () -> {
            afterWrite = () -> {};
            work.run();
        };
    }

    /** Says of itself what a bounded store says. */
    public void mayEvict() {
        evicts = true;
    }

    /** Says of itself what a store on a server says. */
    public void beRemote() {
        remote = true;
    }

    /** Makes every guess what the store holds. */
    public void guessRight() {
        guess = store::find;
    }

    /** Makes every guess that there is nothing. */
    public void guessNothing() {
        guess = key -> null;
    }

    /** Keeps the guess for this key as it is now, whatever becomes of it; other keys are guessed to hold nothing. */
    public void guessAsOfNow(K key) {
        stale.put(key, shown(key, store.find(key)));
        guess = stale::get;
    }

    /** Makes the entry of this key one that cannot be decoded. */
    public void corrupt(K key) {
        corrupt(key, new IllegalStateException("corrupt"));
    }

    /**
     * Makes the entry of this key one that cannot be decoded.
     *
     * @param thrown what the codec throws, an Error for example
     */
    public void corrupt(K key, Throwable thrown) {
        unreadable.put(key, thrown);
    }

    /** Makes the entry of this key one that cannot be decoded, nor can its key. */
    public void corruptWithItsKey(K key) {
        corrupt(key);
        nameless.add(key);
    }

    /** Refuses every write of this key, as one that cannot be encoded. */
    public void refuseToEncode(K key) {
        refuseToEncode(key, new IllegalStateException("cannot be encoded"));
    }

    /**
     * Refuses every write of this key, as one that cannot be encoded.
     *
     * @param thrown what the codec throws, an Error for example
     */
    public void refuseToEncode(K key, Throwable thrown) {
        unwritable.put(key, thrown);
    }

    /**
     * Refuses states that take more than so many bytes, and values that do not come back from their codec.
     *
     * @param bytes what {@link #maxEntryBytes} says
     */
    public void limitTo(long bytes, Codec<V> values) {
        limit = new EntryCodec<>(JoinStoreConfig.of("limited", KeyCodec.string(), values), bytes);
    }

    /** Makes everything readable and writable again. */
    public void repair() {
        unreadable.clear();
        nameless.clear();
        unwritable.clear();
    }

    /** Counts how often the store was reached since the last time this was asked. */
    public int roundTrips() {
        int counted = roundTrips;
        roundTrips = 0;
        return counted;
    }

    private Versioned<V> shown(K key, Versioned<V> held) {
        Throwable thrown = unreadable.get(key);
        return held == null || thrown == null
                ? held
                : Versioned.unreadable(held.version(), bytes(key), problem(key, thrown));
    }

    /** What an entry that cannot be decoded holds: {@code "corrupt k"}. */
    private static byte[] bytes(Object key) {
        return ("corrupt " + key).getBytes(StandardCharsets.UTF_8);
    }

    private static CodecException problem(Object key, Throwable thrown) {
        return new CodecException(key.toString(), "cannot be read: " + text(thrown), thrown);
    }

    /** Not everything that is thrown can say what it is. */
    private static String text(Throwable thrown) {
        try {
            return thrown.getMessage();
        } catch (RuntimeException e) {
            return thrown.getClass().getName();
        }
    }

    private <T> T reach(Fault fault, Supplier<T> work) {
        if (fault == Fault.LOST) {
            throw new StoreException("it was lost on the way");
        }
        T answer = work.get();
        if (fault == Fault.ANSWER_LOST) {
            throw new StoreException("the answer was lost");
        }
        return fault == Fault.REPEATED ? work.get() : answer;
    }

    private void count() {
        roundTrips++;
        if (dead) {
            throw new StoreException("this node is dead");
        }
    }

    private static Fault next(Deque<Fault> faults) {
        return Objects.requireNonNullElse(faults.poll(), Fault.NONE);
    }

    private <T> T read(Supplier<T> read) {
        count();
        return reach(next(readFaults), read);
    }

    private <T> T write(Supplier<T> write) {
        count();
        beforeWrite.run();
        return reach(next(writeFaults), () -> {
            T answer = write.get();
            afterWrite.run();
            return answer;
        });
    }

    @Override
    public Versioned<V> find(K key) {
        return read(() -> shown(key, store.find(key)));
    }

    @Override
    public List<Versioned<V>> findAll(List<K> keys) {
        return read(() -> {
            List<Versioned<V>> found = new ArrayList<>();
            Iterator<Versioned<V>> held = store.findAll(keys).iterator();
            keys.forEach(key -> found.add(shown(key, held.next())));
            return found;
        });
    }

    @Override
    public Versioned<V> guess(K key) {
        return shown(key, guess.apply(key));
    }

    @Override
    public Exchange<V> compareAndExchange(K key, Versioned<V> expected, Versioned<V> next) {
        return write(() -> {
            Change<K, V> change = new Change<>(key, expected, next);
            requireWritable(change);
            return exchangeAll(List.of(change)).get(0);
        });
    }

    @Override
    public List<Exchange<V>> compareAndExchangeAll(List<Change<K, V>> changes) {
        return write(() -> {
            List<Exchange<V>> exchanges = new ArrayList<>();
            List<Change<K, V>> writable = new ArrayList<>();
            for (Change<K, V> change : changes) {
                try {
                    requireWritable(change);
                    writable.add(change);
                    exchanges.add(null);
                } catch (CodecException | ValueTooLargeException e) {
                    exchanges.add(Exchange.refused(e));
                }
            }
            Iterator<Exchange<V>> exchanged = exchangeAll(writable).iterator();
            exchanges.replaceAll(refused -> refused == null ? exchanged.next() : refused);
            return exchanges;
        });
    }

    private void requireWritable(Change<K, V> change) {
        if (change.next() == null) {
            return;
        }
        String text = change.key().toString();
        Throwable thrown = unwritable.get(change.key());
        if (thrown != null) {
            throw new CodecException(text, "cannot be written: " + text(thrown), thrown);
        }
        if (limit != null) {
            limit.bytes(text, change.next().state());
        }
    }

    private List<Exchange<V>> exchangeAll(List<Change<K, V>> changes) {
        List<Change<K, V>> real = changes.stream().map(this::real).toList();
        Iterator<Exchange<V>> exchanged = (real.size() == 1
                        ? List.of(store.compareAndExchange(
                                real.get(0).key(),
                                real.get(0).expected(),
                                real.get(0).next()))
                        : store.compareAndExchangeAll(real))
                .iterator();
        return changes.stream()
                .map(change -> shown(change.key(), exchanged.next()))
                .toList();
    }

    /** What only looks as if it could not be read is expected as what it is. */
    private Change<K, V> real(Change<K, V> change) {
        if (!(change.expected() instanceof Versioned.Unreadable<V>)) {
            return change;
        }
        Versioned<V> held = store.find(change.key());
        return new Change<>(change.key(), change.expected().equals(held) ? held : gone(), change.next());
    }

    /** A write that no key holds. */
    private static <V> Versioned<V> gone() {
        return Versioned.of(0, new JoinState<>(null, List.of(), null, 0));
    }

    private Exchange<V> shown(K key, Exchange<V> exchange) {
        return exchange.won()
                        || exchange.refusal() != null
                        || !exchange.present().isEmpty()
                ? exchange
                : Exchange.lost(shown(key, exchange.witness()));
    }

    @Override
    public boolean collects() {
        return store.collects();
    }

    @Override
    public List<StoredParts.Part> parts(K key, long number, int from, int limit) {
        return read(() -> store.parts(key, number, from, limit));
    }

    @Override
    public Map<String, Long> present(K key, Collection<Long> numbers, Collection<String> ids) {
        return read(() -> store.present(key, numbers, ids));
    }

    @Override
    public List<Due<K>> due(Instant from, Instant upTo, int limit) {
        return read(() -> store.due(from, upTo, limit).stream().map(this::shown).toList());
    }

    private Due<K> shown(Due<K> due) {
        return nameless.contains(due.key())
                ? Due.unreadable(problem(due.key(), unreadable.get(due.key())), due.at())
                : due;
    }

    @Override
    public Page<K, V> scan(String cursor, int limit) {
        Page<K, V> page = store.scan(cursor, limit);
        return new Page<>(page.entries().stream().map(this::shown).toList(), page.next());
    }

    private Entry<K, V> shown(Entry<K, V> entry) {
        K key = entry.key();
        return new Entry<>(nameless.contains(key) ? null : key, shown(key, entry.held()));
    }

    @Override
    public long size() {
        return store.size();
    }

    @Override
    public long maxEntryBytes() {
        return limit == null ? store.maxEntryBytes() : limit.maxBytes();
    }

    @Override
    public boolean evicts() {
        return evicts || store.evicts();
    }

    @Override
    public boolean isRemote() {
        return remote || store.isRemote();
    }

    @Override
    public void close() {
        if (!dead) {
            store.close();
        }
    }

    @Override
    public String toString() {
        return "FaultyStore[" + store + "]";
    }
}

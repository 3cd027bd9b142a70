package dev.joiner.store.tck;

import dev.joiner.CodecException;
import dev.joiner.StoreException;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.Versioned;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A store over another one that counts round trips, and shows on demand what a real store does on a bad day: writes that
 * fail before or after they happened, wrong guesses, entries that cannot be read. It stops at chosen points, where a test
 * runs what another node does in between, so that an interleaving is driven step by step. For one thread.
 */
public final class FaultyStore<K, V> implements JoinStore<K, V> {

    /** What happens to one write, of one key or of many. */
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
    private final Deque<Fault> faults = new ArrayDeque<>();
    private final Map<K, Versioned<V>> stale = new HashMap<>();
    private final Set<K> unreadable = new HashSet<>();
    private final Set<K> nameless = new HashSet<>();
    private final Set<K> unwritable = new HashSet<>();
    private Function<K, Versioned<V>> guess;
    private Runnable beforeWrite = () -> {};
    private Runnable afterWrite = () -> {};
    private boolean failNextRead;
    private boolean dead;
    private boolean evicts;
    private int roundTrips;

    /** @param store holds the joins; as long as nothing else is said, this one does what it does */
    public FaultyStore(JoinStore<K, V> store) {
        this.store = store;
        guess = store::guess;
    }

    /** What happens to the next writes, in this order; those after them go well. */
    public void nextWrites(Fault... next) {
        faults.addAll(List.of(next));
    }

    /** The next read throws. */
    public void failNextRead() {
        failNextRead = true;
    }

    /** As if this node were gone: nothing reaches the store any more. */
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

    /** As a bounded store says of itself. */
    public void mayEvict() {
        evicts = true;
    }

    /** The guess is always what the store holds. */
    public void guessRight() {
        guess = store::find;
    }

    /** The guess is always that there is nothing. */
    public void guessNothing() {
        guess = key -> null;
    }

    /** The guess for this key stays what it is now, whatever becomes of it; other keys are guessed to hold nothing. */
    public void guessAsOfNow(K key) {
        stale.put(key, shown(key, store.find(key)));
        guess = stale::get;
    }

    /** The entry of this key cannot be decoded, from now on. */
    public void corrupt(K key) {
        unreadable.add(key);
    }

    /** Nor can its key. */
    public void corruptWithItsKey(K key) {
        corrupt(key);
        nameless.add(key);
    }

    /** What is to be under this key cannot be encoded, from now on: nothing happens of a write that it is part of. */
    public void refuseToEncode(K key) {
        unwritable.add(key);
    }

    /** Everything can be decoded again. */
    public void repair() {
        unreadable.clear();
        nameless.clear();
    }

    /** How often the store was reached since the last time this was asked. */
    public int roundTrips() {
        int counted = roundTrips;
        roundTrips = 0;
        return counted;
    }

    private Versioned<V> shown(K key, Versioned<V> held) {
        return held != null && unreadable.contains(key)
                ? Versioned.unreadable(held.version(), new CodecException(key.toString(), "corrupt", null))
                : held;
    }

    private void reach() {
        roundTrips++;
        if (dead) {
            throw new StoreException("this node is dead");
        }
    }

    private <T> T read(Supplier<T> read) {
        reach();
        if (failNextRead) {
            failNextRead = false;
            throw new StoreException("the read failed");
        }
        return read.get();
    }

    private <T> T write(Supplier<T> write) {
        reach();
        beforeWrite.run();
        Fault fault = Objects.requireNonNullElse(faults.poll(), Fault.NONE);
        if (fault == Fault.LOST) {
            throw new StoreException("the write was lost");
        }
        T answer = write.get();
        afterWrite.run();
        if (fault == Fault.ANSWER_LOST) {
            throw new StoreException("the answer was lost");
        }
        return fault == Fault.REPEATED ? write.get() : answer;
    }

    @Override
    public Versioned<V> find(K key) {
        return read(() -> shown(key, store.find(key)));
    }

    @Override
    public List<Versioned<V>> findAll(List<K> keys) {
        return read(() -> keys.stream().map(key -> shown(key, store.find(key))).toList());
    }

    @Override
    public Versioned<V> guess(K key) {
        return shown(key, guess.apply(key));
    }

    @Override
    public Exchange<V> compareAndExchange(K key, Versioned<V> expected, Versioned<V> next) {
        return compareAndExchangeAll(List.of(new Change<>(key, expected, next))).get(0);
    }

    @Override
    public List<Exchange<V>> compareAndExchangeAll(List<Change<K, V>> changes) {
        return write(() -> {
            changes.forEach(this::encode);
            return changes.stream().map(this::exchange).toList();
        });
    }

    private void encode(Change<K, V> change) {
        if (change.next() != null && unwritable.contains(change.key())) {
            throw new CodecException(change.key().toString(), "cannot be encoded", null);
        }
    }

    private Exchange<V> exchange(Change<K, V> change) {
        Exchange<V> exchange = store.compareAndExchange(change.key(), change.expected(), change.next());
        return exchange.won() ? exchange : new Exchange<>(false, shown(change.key(), exchange.witness()));
    }

    @Override
    public List<Entry<K, V>> due(Instant now, int limit) {
        return read(() -> store.due(now, limit).stream()
                .map(entry -> new Entry<>(
                        nameless.contains(entry.key()) ? null : entry.key(), shown(entry.key(), entry.held())))
                .toList());
    }

    @Override
    public Page<K, V> scan(String cursor, int limit) {
        return store.scan(cursor, limit);
    }

    @Override
    public long size() {
        return store.size();
    }

    @Override
    public boolean evicts() {
        return evicts || store.evicts();
    }

    @Override
    public boolean isRemote() {
        return store.isRemote();
    }

    @Override
    public void close() {
        store.close();
    }
}

package dev.joiner.internal.driver;

import dev.joiner.CodecException;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.Versioned;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A store in a map, every answer of which a test can hold up, lose or change.
 *
 * <p>Its hooks run outside its lock, on the thread that calls. What a hook throws is what the call throws: before a write nothing
 * is written then, after a write the answer is lost.
 */
public final class MapStore<K, V> implements JoinStore<K, V> {
    private final Map<K, Versioned<V>> entries = new LinkedHashMap<>();
    /** The order in which keys came, for {@link #scan}. */
    private final Map<K, Long> numbers = new HashMap<>();

    private final List<String> log;

    private volatile Consumer<List<K>> beforeRead = keys -> {};
    private volatile Consumer<List<K>> beforeWrite = keys -> {};
    private volatile Consumer<List<K>> afterWrite = keys -> {};
    private volatile Function<K, @Nullable Versioned<V>> guess = key -> null;
    private volatile BiFunction<K, @Nullable JoinState<V>, @Nullable RuntimeException> refusal = (key, next) -> null;
    private volatile ToLongFunction<K> bytes = key -> 0;
    private volatile List<Due<K>> alsoDue = List.of();
    private volatile boolean repeatsWrites;
    private volatile boolean isRemote;
    private volatile boolean evicts;

    /** @param log where each call leaves a line */
    public MapStore(List<String> log) {
        this.log = log;
    }

    /** Runs before each read, with the keys that are read. */
    MapStore<K, V> beforeRead(Consumer<List<K>> hook) {
        beforeRead = hook;
        return this;
    }

    /** Runs before each write, with the keys that it is to change. */
    MapStore<K, V> beforeWrite(Consumer<List<K>> hook) {
        beforeWrite = hook;
        return this;
    }

    /** Runs after each write, before the answer to it. */
    MapStore<K, V> afterWrite(Consumer<List<K>> hook) {
        afterWrite = hook;
        return this;
    }

    MapStore<K, V> guess(Function<K, @Nullable Versioned<V>> guesses) {
        guess = guesses;
        return this;
    }

    /** What cannot be written, and why. */
    MapStore<K, V> refuse(BiFunction<K, @Nullable JoinState<V>, @Nullable RuntimeException> why) {
        refusal = why;
        return this;
    }

    /** How large {@link #due} says that an entry is. */
    MapStore<K, V> bytes(ToLongFunction<K> size) {
        bytes = size;
        return this;
    }

    /** What {@link #due} names besides what is there. */
    MapStore<K, V> alsoDue(List<Due<K>> due) {
        alsoDue = due;
        return this;
    }

    /** Lets each write be made twice, as a driver does that lost the first answer: the second finds the first. */
    MapStore<K, V> repeatWrites() {
        repeatsWrites = true;
        return this;
    }

    MapStore<K, V> remote() {
        isRemote = true;
        return this;
    }

    MapStore<K, V> evicting() {
        evicts = true;
        return this;
    }

    /** Puts something there, as another node would. No hook hears of it. */
    synchronized void put(K key, @Nullable Versioned<V> held) {
        if (held == null) {
            entries.remove(key);
        } else {
            entries.put(key, held);
            numbers.putIfAbsent(key, (long) numbers.size());
        }
    }

    /** What is there, for assertions. No hook hears of it. */
    synchronized @Nullable Versioned<V> get(K key) {
        return entries.get(key);
    }

    /** The state that is there, for assertions. */
    @Nullable
    JoinState<V> state(K key) {
        Versioned<V> held = get(key);
        return held == null ? null : held.state();
    }

    private void log(String call, List<K> keys) {
        StringBuilder line = new StringBuilder(call);
        keys.forEach(key -> line.append(' ').append(key));
        log.add(line.toString());
    }

    @Override
    public @Nullable Versioned<V> find(K key) {
        log("find", List.of(key));
        beforeRead.accept(List.of(key));
        return get(key);
    }

    @Override
    public List<@Nullable Versioned<V>> findAll(List<K> keys) {
        log("findAll", keys);
        beforeRead.accept(keys);
        List<@Nullable Versioned<V>> found = new ArrayList<>();
        keys.forEach(key -> found.add(get(key)));
        return found;
    }

    @Override
    public @Nullable Versioned<V> guess(K key) {
        return guess.apply(key);
    }

    @Override
    public Exchange<V> compareAndExchange(K key, @Nullable Versioned<V> expected, @Nullable Versioned<V> next) {
        log("write", List.of(key));
        beforeWrite.accept(List.of(key));
        Exchange<V> exchange = exchange(new Change<>(key, expected, next));
        RuntimeException refused = exchange.refusal();
        if (refused != null) {
            throw refused;
        }
        afterWrite.accept(List.of(key));
        return exchange;
    }

    @Override
    public List<Exchange<V>> compareAndExchangeAll(List<Change<K, V>> changes) {
        List<K> keys = changes.stream().map(Change::key).toList();
        log("writeAll", keys);
        beforeWrite.accept(keys);
        List<Exchange<V>> exchanges = changes.stream().map(this::exchange).toList();
        afterWrite.accept(keys);
        return exchanges;
    }

    private synchronized Exchange<V> exchange(Change<K, V> change) {
        K key = change.key();
        Versioned<V> next = change.next();
        RuntimeException refused = refusal.apply(key, next == null ? null : next.state());
        if (refused != null) {
            return Exchange.refused(refused);
        }
        for (boolean isFirst = true; ; isFirst = false) {
            Versioned<V> held = entries.get(key);
            if (held == null ? change.expected() != null : !held.equals(change.expected())) {
                return Exchange.lost(held);
            }
            put(key, next);
            if (!isFirst || !repeatsWrites) {
                return Exchange.written();
            }
        }
    }

    @Override
    public List<Due<K>> due(Instant from, Instant upTo, int limit) {
        log.add("due " + limit);
        beforeRead.accept(List.of());
        List<Due<K>> due = new ArrayList<>(alsoDue);
        synchronized (this) {
            entries.forEach((key, held) -> due.add(Due.of(key, dueAt(held), bytes.applyAsLong(key))));
        }
        due.removeIf(each -> each.at() < from.toEpochMilli() || each.at() > upTo.toEpochMilli());
        due.sort(Comparator.comparingLong(Due::at));
        return due.size() <= limit ? due : List.copyOf(due.subList(0, limit));
    }

    private static long dueAt(Versioned<?> held) {
        return held instanceof Versioned.Unreadable<?>
                ? JoinState.NEVER
                : held.state().dueAt();
    }

    @Override
    public synchronized Page<K, V> scan(@Nullable String cursor, int limit) {
        log.add("scan " + limit);
        long after = cursor == null ? -1 : Long.parseLong(cursor);
        List<K> keys = entries.keySet().stream()
                .filter(key -> numbers.get(key) > after)
                .sorted(Comparator.comparing(numbers::get))
                .toList();
        List<K> page = keys.size() <= limit ? keys : keys.subList(0, limit);
        List<Entry<K, V>> found =
                page.stream().map(key -> new Entry<>(key, entries.get(key))).toList();
        String next = keys.size() <= limit ? null : String.valueOf(numbers.get(page.get(limit - 1)));
        return new Page<>(found, next);
    }

    @Override
    public synchronized long size() {
        return entries.size();
    }

    @Override
    public boolean evicts() {
        return evicts;
    }

    @Override
    public boolean isRemote() {
        return isRemote;
    }

    @Override
    public void close() {
        log.add("close");
    }

    @Override
    public String toString() {
        return "MapStore";
    }

    /** An entry that cannot be decoded. */
    static <V> Versioned<V> unreadable(long version, String text) {
        return Versioned.unreadable(version, new byte[] {1, 2, 3}, new CodecException(text, "no such format", null));
    }
}

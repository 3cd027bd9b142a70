package dev.joiner.campaign;

import dev.joiner.Cause;
import dev.joiner.campaign.PartsCall.Answer;
import dev.joiner.campaign.PartsCall.Kind;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Ended;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStore.Change;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.PartsChange;
import dev.joiner.spi.StoredParts;
import dev.joiner.spi.Versioned;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/** Begins joins of a key, appends to them, ends and removes them, from what it last saw of the key or something older. */
final class PartsThread {
    private static final List<String> IDS = List.of("a", "b", "c", "d", "e");
    private static final long FOR_EVER = JoinState.NEVER - 1;

    private final JoinStore<String, String> store;
    private final Random random;
    private final long number;
    private final Map<String, Versioned<String>> seen = new HashMap<>();
    private long drawn;

    PartsThread(JoinStore<String, String> store, Random random, long number) {
        this.store = store;
        this.random = random;
        this.number = number;
    }

    /** What is to be written, and in words. */
    private record Write(PartsCall.Kind kind, long number, List<String> ids, Change<String, String> change) {}

    void run(int calls, String key, History<PartsCall> history, History<PartsCall> ofNeighbour) {
        String neighbour = key + " neighbour";
        for (int call = 0; call < calls; call++) {
            switch (random.nextInt(6)) {
                case 0 -> find(key, history);
                case 1 -> look(key, history);
                case 2 -> {
                    Write one = write(key);
                    Write other = write(neighbour);
                    long began = System.nanoTime();
                    List<Exchange<String>> exchanges =
                            store.compareAndExchangeAll(List.of(one.change(), other.change()));
                    long ended = System.nanoTime();
                    add(one, exchanges.get(0), began, ended, history);
                    add(other, exchanges.get(1), began, ended, ofNeighbour);
                }
                default -> {
                    Write write = write(key);
                    Change<String, String> change = write.change();
                    long began = System.nanoTime();
                    Exchange<String> exchange = store.compareAndExchange(key, change.expected(), change.next());
                    add(write, exchange, began, System.nanoTime(), history);
                }
            }
        }
    }

    private void find(String key, History<PartsCall> history) {
        long began = System.nanoTime();
        Versioned<String> found = store.find(key);
        long ended = System.nanoTime();
        history.add(new PartsCall(Kind.FIND, 0, 0, 0, List.of(), Answer.version(version(found))), began, ended);
        seen.put(key, found);
    }

    /** Into one of the joins it has seen. */
    private void look(String key, History<PartsCall> history) {
        Versioned<String> last = seen.get(key);
        List<Long> numbers = last == null ? List.of() : List.copyOf(PartsChange.numbers(last.state()));
        if (numbers.isEmpty()) {
            find(key, history);
            return;
        }
        long into = numbers.get(random.nextInt(numbers.size()));
        long began = System.nanoTime();
        if (random.nextBoolean()) {
            Answer answer = Answer.present(store.present(key, List.of(into), IDS));
            history.add(new PartsCall(Kind.LOOK, 0, 0, into, IDS, answer), began, System.nanoTime());
        } else {
            List<StoredParts.Part> parts = store.parts(key, into, 0, 100);
            long ended = System.nanoTime();
            List<String> rows = parts.stream().map(PartsThread::row).toList();
            history.add(new PartsCall(Kind.READ, 0, 0, into, List.of(), Answer.read(rows)), began, ended);
        }
    }

    private static String row(StoredParts.Part part) {
        return part.bytes() == null ? part.id() + "-" : new String(part.bytes(), StandardCharsets.UTF_8);
    }

    private Write write(String key) {
        Versioned<String> expected = seen.get(key);
        JoinState<String> before = expected == null ? null : expected.state();
        Join<String> open = before == null ? null : before.open();
        List<Ended> ended = before == null ? List.of() : before.ended();
        int kind = random.nextInt(8);
        if (before != null && kind == 0) {
            return new Write(Kind.REMOVE, 0, List.of(), new Change<>(key, expected, null));
        }
        if (open != null && kind < 3) {
            StoredParts parts = (StoredParts) open.collected();
            Ended last = new Ended(parts.number(), parts.size(), 0, 1, FOR_EVER, Cause.COMPLETE);
            return new Write(Kind.END, parts.number(), List.of(), change(key, expected, null, append(ended, last)));
        }
        List<String> ids = random.ints(1 + random.nextInt(2), 0, IDS.size())
                .distinct()
                .mapToObj(IDS::get)
                .toList();
        StoredParts parts = open == null ? StoredParts.none(drawn()) : (StoredParts) open.collected();
        for (String id : ids) {
            parts = parts.with(id, id.getBytes(StandardCharsets.UTF_8));
        }
        Join<String> join =
                new Join<>("value", parts.size(), 0, JoinState.NEVER, JoinState.NEVER, Ids.NONE, false, parts);
        return new Write(
                open == null ? Kind.BEGIN : Kind.APPEND, parts.number(), ids, change(key, expected, join, ended));
    }

    private static List<Ended> append(List<Ended> ended, Ended last) {
        return Stream.concat(ended.stream(), Stream.of(last)).toList();
    }

    private Change<String, String> change(
            String key, Versioned<String> expected, Join<String> open, List<Ended> ended) {
        return new Change<>(key, expected, Versioned.of(drawn(), new JoinState<>(open, List.of(), null, 0, ended)));
    }

    /** A version or a number of a join: never drawn twice. */
    private long drawn() {
        return ++drawn * 10 + number + 1;
    }

    private void add(Write write, Exchange<String> exchange, long began, long ended, History<PartsCall> history) {
        Change<String, String> change = write.change();
        Answer answer = new Answer(exchange.won(), version(exchange.witness()), exchange.present(), List.of());
        history.add(
                new PartsCall(
                        write.kind(),
                        version(change.expected()),
                        version(change.next()),
                        write.number(),
                        write.ids(),
                        answer),
                began,
                ended);
        if (exchange.won()) {
            seen.put(change.key(), change.next());
        } else if (exchange.present().isEmpty() && random.nextInt(4) != 0) {
            seen.put(change.key(), exchange.witness()); // and otherwise tries with an older one next
        }
    }

    private static long version(Versioned<String> versioned) {
        return versioned == null ? 0 : versioned.version();
    }
}

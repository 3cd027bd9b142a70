package dev.joiner.console;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.JoinerException;
import dev.joiner.Outcome;
import dev.joiner.PendingJoin;
import dev.joiner.PendingJoin.Status;
import dev.joiner.SweepReport;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One join of the console, as JSON. Thread-safe. */
final class JoinView<K, V> {
    /** How many keys are read from the store at a time. */
    private static final int KEYS = 100;
    /** How many times that is done for one request. */
    private static final int PAGES = 20;
    /** How many joins are enough for a list. */
    private static final int ROWS = 50;
    /** How many joins are listed by their age. */
    private static final int OLDEST = 100;

    private static final int KEYS_OF_REPORT = 500;
    private static final int MOST_CHARACTERS = 2_000;
    private static final int MOST_FAILURES = 100;

    /** Those that somebody has to look after come first, and then the oldest. */
    private static final Comparator<PendingJoin<?, ?>> BY_URGENCY = Comparator.<PendingJoin<?, ?>>comparingInt(
                    join -> switch (join.status()) {
                        case PARKED, UNREADABLE -> 0;
                        case FAILED -> 1;
                        default -> 2;
                    })
            .thenComparing(join -> join.firstAt().orElse(Instant.EPOCH));

    private static final Comparator<PendingJoin<?, ?>> BY_AGE =
            Comparator.comparing(join -> join.firstAt().orElse(Instant.MAX));

    private final ConsoleJoin<K, V> join;

    JoinView(ConsoleJoin<K, V> join) {
        this.join = join;
    }

    boolean canReexamine() {
        return join.canReexamine();
    }

    Optional<String> refusalToDrop() {
        return join.refusalToDrop();
    }

    /** Counts a part of the store: up to 2,000 keys from a cursor on. */
    ObjectNode overview(@Nullable String cursor, Instant now) {
        Overview overview = new Overview(now);
        Stretch stretch = read(cursor, pending -> {
            overview.add(pending, keyText(pending));
            return true;
        });
        ObjectNode json = overview.toJson();
        json.put("now", now.toString());
        if (cursor == null) {
            json.put("size", join.joiner().size());
        }
        stretch.putInto(json);
        return json;
    }

    /** Which joins a list shows; the empty text is any. */
    record Filter(String status, String missing, String reason) {
        boolean admits(PendingJoin<?, ?> join) {
            return (status.isEmpty() || status.equals(join.status().name()))
                    && (missing.isEmpty() || join.missing().contains(missing))
                    && (reason.isEmpty()
                            || join.lastError()
                                    .map(Overview::reason)
                                    .filter(reason::equals)
                                    .isPresent());
        }
    }

    /** Lists joins: at least 50 of those that are looked for, unless there are fewer among 2,000 keys from a cursor on. */
    ObjectNode list(@Nullable String cursor, Filter filter, Instant now) {
        ObjectNode json = Json.object();
        json.put("now", now.toString());
        ArrayNode rows = json.putArray("rows");
        Stretch stretch = read(cursor, pending -> {
            if (filter.admits(pending)) {
                rows.add(row(pending));
            }
            return rows.size() < ROWS;
        });
        stretch.putInto(json);
        return json;
    }

    /** Lists up to 100 joins, the oldest first, of those that are looked for among 2,000 keys from a cursor on. */
    ObjectNode oldest(@Nullable String cursor, Filter filter, Instant now) {
        PriorityQueue<PendingJoin<K, V>> youngestFirst = new PriorityQueue<>(BY_AGE.reversed());
        Stretch stretch = read(cursor, pending -> {
            if (filter.admits(pending)) {
                youngestFirst.add(pending);
                if (youngestFirst.size() > OLDEST) {
                    youngestFirst.remove();
                }
            }
            return true;
        });
        ObjectNode json = Json.object();
        json.put("now", now.toString());
        ArrayNode rows = json.putArray("rows");
        youngestFirst.stream().sorted(BY_AGE).forEach(pending -> rows.add(row(pending)));
        stretch.putInto(json);
        return json;
    }

    /**
     * What was read of a store.
     *
     * @param keys at most how many were looked at: a page of the store's may be short; of the last page, those that hold joins
     * @param held how many of them hold joins; the others are only remembered
     */
    private record Stretch(int keys, int held, Optional<String> next) {
        void putInto(ObjectNode json) {
            json.put("keys", keys);
            json.put("held", held);
            next.ifPresent(text -> json.put("next", text));
        }
    }

    /** Reads pages until there are no more, there were enough, or a page's reader has enough. */
    private Stretch read(@Nullable String cursor, Predicate<PendingJoin<K, V>> wantsMore) {
        Optional<String> next = Optional.ofNullable(cursor);
        int keys = 0;
        int held = 0;
        for (int i = 0; i < PAGES; i++) {
            PendingJoin.Page<K, V> page = page(next, KEYS);
            boolean goesOn = true;
            for (PendingJoin<K, V> pending : page.joins()) {
                for (PendingJoin<K, V> shown : join.shown(pending)) {
                    goesOn = wantsMore.test(shown);
                }
            }
            next = page.next();
            int heldHere = keysOf(page);
            held += heldHere;
            keys += next.isPresent() ? Math.max(heldHere, KEYS) : heldHere;
            if (!goesOn || next.isEmpty()) {
                break;
            }
        }
        return new Stretch(keys, held, next);
    }

    /** How many keys hold the joins of a page: some hold several, one after the other. */
    private int keysOf(PendingJoin.Page<K, V> page) {
        int keys = 0;
        K last = null;
        for (PendingJoin<K, V> pending : page.joins()) {
            K key = pending.key();
            if (key == null || !key.equals(last)) {
                keys++;
            }
            last = key;
        }
        return keys;
    }

    private PendingJoin.Page<K, V> page(Optional<String> cursor, int keys) {
        return cursor.isPresent()
                ? join.joiner().pending(cursor.get(), keys)
                : join.joiner().pending(keys);
    }

    /** Shows what is under a key, with the values. */
    ObjectNode find(String keyText, int mostCharacters, Instant now) {
        ObjectNode json = Json.object();
        json.put("now", now.toString());
        ArrayNode rows = json.putArray("rows");
        for (PendingJoin<K, V> found : join.joiner().find(key(keyText))) {
            for (PendingJoin<K, V> shown : join.shown(found)) {
                rows.add(join.showsValues() ? withValue(row(shown), shown, mostCharacters) : row(shown));
            }
        }
        return json;
    }

    ObjectNode release(String keyText) {
        ObjectNode json = Json.object();
        ArrayNode outcomes = json.putArray("outcomes");
        int failed = 0;
        for (Outcome<?> outcome : join.release(key(keyText))) {
            String name = outcome.getClass().getSimpleName();
            if (outcome instanceof Outcome.Failed<?> failure) {
                failed++;
                outcomes.add(name + ": " + failure.cause().getMessage());
            } else {
                outcomes.add(name);
            }
        }
        json.put("failed", failed);
        return json;
    }

    /** Drops what is under a key; the whole of it is in the answer, as it is nowhere else any more. */
    ObjectNode drop(String keyText, Instant now) throws IOException {
        ObjectNode json = Json.object();
        json.put("now", now.toString());
        ArrayNode rows = json.putArray("rows");
        for (PendingJoin<K, V> dropped : join.drop(key(keyText))) {
            ObjectNode row = withValue(row(dropped), dropped, Integer.MAX_VALUE);
            dropped.bytes().ifPresent(bytes -> row.put("bytes", bytes));
            rows.add(row);
        }
        return json;
    }

    ObjectNode reexamine() {
        SweepReport report = join.reexamine();
        ObjectNode json = Json.object();
        json.put("joined", report.joined());
        json.put("failed", report.failed());
        ArrayNode failures = json.putArray("failures");
        report.failures().stream()
                .limit(MOST_FAILURES)
                .forEach(failure -> failures.add(String.valueOf(failure.cause().getMessage())));
        return json;
    }

    /** Counts the whole store, and shows the joins that somebody has to look after first. */
    ObjectNode report(int limit, int mostCharacters, Instant now) {
        Overview overview = new Overview(now);
        PriorityQueue<PendingJoin<K, V>> leastUrgentFirst = new PriorityQueue<>(BY_URGENCY.reversed());
        Optional<String> next = Optional.empty();
        int held = 0;
        do {
            PendingJoin.Page<K, V> page = page(next, KEYS_OF_REPORT);
            held += keysOf(page);
            for (PendingJoin<K, V> pending : page.joins()) {
                for (PendingJoin<K, V> shown : join.shown(pending)) {
                    overview.add(shown, keyText(shown));
                    leastUrgentFirst.add(shown);
                    if (leastUrgentFirst.size() > limit) {
                        leastUrgentFirst.remove();
                    }
                }
            }
            next = page.next();
        } while (next.isPresent());
        List<PendingJoin<K, V>> urgent = new ArrayList<>(leastUrgentFirst);
        urgent.sort(BY_URGENCY);
        ObjectNode json = overview.toJson();
        json.put("size", join.joiner().size());
        json.put("held", held);
        ArrayNode rows = json.putArray("rows");
        for (PendingJoin<K, V> shown : urgent) {
            rows.add(
                    mostCharacters == 0 || !join.showsValues()
                            ? row(shown)
                            : withValue(row(shown), shown, mostCharacters));
        }
        return json;
    }

    private String keyText(PendingJoin<K, V> pending) {
        K key = pending.key();
        return key == null ? "" : join.keys().encode(key);
    }

    private K key(String text) {
        try {
            return join.keys().decode(text);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("key is not one of " + join.name() + ": " + e.getMessage(), e);
        }
    }

    private ObjectNode row(PendingJoin<K, V> pending) {
        ObjectNode row = Json.object();
        if (pending.key() != null) {
            row.put("key", keyText(pending));
        }
        row.put("status", pending.status().name());
        row.put("parts", pending.parts());
        if (!pending.missing().isEmpty()) {
            ArrayNode missing = row.putArray("missing");
            pending.missing().forEach(missing::add);
        }
        pending.firstAt().ifPresent(at -> row.put("firstAt", at.toString()));
        pending.dueAt().ifPresent(at -> row.put("dueAt", at.toString()));
        pending.handedOverAt().ifPresent(at -> row.put("handedOverAt", at.toString()));
        pending.cause().ifPresent(cause -> row.put("cause", cause.name()));
        if (pending.status() != Status.WAITING) {
            row.put("attempts", pending.attempts());
        }
        pending.lastError().ifPresent(error -> row.put("lastError", CutText.beginning(error, MOST_CHARACTERS)));
        pending.bytes().ifPresent(bytes -> row.put("byteCount", bytes.length));
        return row;
    }

    private ObjectNode withValue(ObjectNode row, PendingJoin<K, V> pending, int mostCharacters) {
        CutText text = new CutText(mostCharacters);
        try {
            if (join.writeValue(pending, text)) {
                row.put("value", text.beginning());
                row.put("valueLength", text.length());
            }
        } catch (IOException | JoinerException | IllegalStateException e) {
            row.put("valueError", String.valueOf(e.getMessage()));
        }
        return row;
    }
}

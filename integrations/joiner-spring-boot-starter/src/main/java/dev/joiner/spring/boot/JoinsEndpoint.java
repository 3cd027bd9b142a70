package dev.joiner.spring.boot;

import dev.joiner.InvalidMessageException;
import dev.joiner.Outcome;
import dev.joiner.PendingJoin;
import dev.joiner.SweepReport;
import dev.joiner.Sweeper;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * Shows what waits, and lets an operator do something about it. Read-only, unless {@code management.endpoint.joins.access} is
 * {@code unrestricted}.
 */
@Endpoint(id = "joins", defaultAccess = Access.READ_ONLY)
final class JoinsEndpoint {
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1_000;

    private final Joins joins;
    private final Optional<JoinSweepers> sweepers;
    private final boolean showsValues;

    JoinsEndpoint(Joins joins, Optional<JoinSweepers> sweepers, boolean showsValues) {
        this.joins = joins;
        this.sweepers = sweepers;
        this.showsValues = showsValues;
    }

    /** What is known of a joiner without a look into its store. */
    record JoinDescriptor(@Nullable SweepDescriptor lastSweep) {}

    /** A sweep that has ended. */
    record SweepDescriptor(
            Instant startedAt,
            Duration took,
            @Nullable Counts report,
            @Nullable String failure) {}

    /** What a sweep did. */
    record Counts(
            int joined, int expired, int poisoned, int parked, int ended, int failed, Map<String, String> failures) {}

    /** Some joins, and where to go on. */
    record PageDescriptor(
            List<PendingDescriptor> joins, @Nullable String next) {}

    /** A join in the store. */
    record PendingDescriptor(
            @Nullable String key,
            PendingJoin.Status status,
            int parts,
            List<String> missing,
            @Nullable Instant firstAt,
            @Nullable Instant dueAt,
            @Nullable String cause,
            int attempts,
            @Nullable String lastError,
            @Nullable Instant handedOverAt,
            @Nullable String value) {}

    /** What came of an action. */
    record ActionDescriptor(
            List<String> outcomes,
            List<PendingDescriptor> dropped,
            @Nullable Counts report) {}

    /** All joins by name. */
    @ReadOperation
    public Map<String, JoinDescriptor> joins() {
        Map<String, JoinDescriptor> all = new TreeMap<>();
        joins.all()
                .forEach(join -> all.put(
                        join.name(),
                        new JoinDescriptor(sweepers.flatMap(running -> running.lastRun(join.name()))
                                .map(JoinsEndpoint::sweep)
                                .orElse(null))));
        return all;
    }

    /**
     * Pages through a join's store; finds what there is under a key; or lists the oldest joins, reading the whole store.
     *
     * @param key the text of a key
     * @param olderThan only joins whose first message came longer ago
     * @return null if there is no join of this name
     */
    @ReadOperation
    public @Nullable PageDescriptor pending(
            @Selector String join,
            @Nullable String key,
            @Nullable Duration olderThan,
            @Nullable String cursor,
            @Nullable Integer limit) {
        return joins.named(join)
                .map(found -> sensible(() -> pending(found, key, olderThan, cursor, limited(limit))))
                .orElse(null);
    }

    private <K, V> PageDescriptor pending(
            Join<K, V> join, @Nullable String key, @Nullable Duration olderThan, @Nullable String cursor, int limit) {
        if (key != null) {
            return new PageDescriptor(described(join, join.joiner().find(key(join, key))), null);
        }
        if (olderThan != null) {
            return new PageDescriptor(described(join, join.joiner().pending(olderThan, limit)), null);
        }
        PendingJoin.Page<K, V> page =
                cursor == null ? join.joiner().pending(limit) : join.joiner().pending(cursor, limit);
        return new PageDescriptor(described(join, page.joins()), page.next().orElse(null));
    }

    /**
     * Releases or drops what there is under a key, or reexamines all that waits.
     *
     * @param action {@code release}, {@code drop} or {@code reexamine}
     * @param key the text of a key; needed for all but {@code reexamine}
     * @return null if there is no join of this name
     */
    @WriteOperation
    public @Nullable ActionDescriptor act(@Selector String join, String action, @Nullable String key) {
        return joins.named(join)
                .map(found -> sensible(() -> act(found, action, key)))
                .orElse(null);
    }

    private <K, V> ActionDescriptor act(Join<K, V> join, String action, @Nullable String key) {
        return switch (action) {
            case "release" -> {
                List<String> outcomes = join.joiner().release(key(join, required(key))).stream()
                        .map(JoinsEndpoint::outcome)
                        .toList();
                yield new ActionDescriptor(outcomes, List.of(), null);
            }
            case "drop" -> {
                List<PendingJoin<K, V>> dropped = join.joiner().drop(key(join, required(key)));
                yield new ActionDescriptor(List.of(), dropped(join, dropped), null);
            }
            case "reexamine" ->
                new ActionDescriptor(List.of(), List.of(), counts(join.joiner().reexamine()));
            default ->
                throw new InvalidEndpointRequestException(
                        "unknown action " + action, "action is " + action + ", must be release, drop or reexamine");
        };
    }

    /** A key, a cursor or a time that no joiner takes is the request's fault. */
    private static <T> T sensible(Supplier<T> answer) {
        try {
            return answer.get();
        } catch (IllegalArgumentException | InvalidMessageException e) {
            String problem = String.valueOf(e.getMessage());
            throw new InvalidEndpointRequestException(problem, problem);
        }
    }

    private static String outcome(Outcome<?> outcome) {
        String name = outcome.getClass().getSimpleName();
        return outcome instanceof Outcome.Failed<?> failed
                ? name + ": " + failed.cause().getMessage()
                : name;
    }

    private static int limited(@Nullable Integer limit) {
        if (limit == null) {
            return DEFAULT_LIMIT;
        }
        if (limit < 1 || limit > MAX_LIMIT) {
            String problem = "limit is " + limit + ", must be from 1 to " + MAX_LIMIT;
            throw new InvalidEndpointRequestException(problem, problem);
        }
        return limit;
    }

    private static String required(@Nullable String key) {
        if (key == null) {
            throw new InvalidEndpointRequestException("key is missing", "key is missing");
        }
        return key;
    }

    private static <K> K key(Join<K, ?> join, String text) {
        try {
            return join.config().keys().decode(text);
        } catch (RuntimeException e) {
            String problem = "key is " + text + ", which is not a key of " + join.name() + ": " + e.getMessage();
            throw new InvalidEndpointRequestException(problem, problem);
        }
    }

    private static SweepDescriptor sweep(Sweeper.Run run) {
        return new SweepDescriptor(
                run.startedAt(),
                run.took(),
                run.report().map(JoinsEndpoint::counts).orElse(null),
                run.failure().map(Throwable::toString).orElse(null));
    }

    private static Counts counts(SweepReport report) {
        Map<String, String> failures = report.failures().stream()
                .limit(DEFAULT_LIMIT)
                .collect(Collectors.toMap(
                        failure -> String.valueOf(failure.key()),
                        failure -> String.valueOf(failure.cause().getMessage()),
                        (first, second) -> first,
                        TreeMap::new));
        return new Counts(
                report.joined(),
                report.expired(),
                report.poisoned(),
                report.parked(),
                report.ended(),
                report.failed(),
                failures);
    }

    private <K, V> List<PendingDescriptor> described(Join<K, V> join, List<PendingJoin<K, V>> found) {
        return found.stream().map(pending -> described(join, pending)).toList();
    }

    /** With the values, whoever may see them otherwise: they are nowhere else any more. */
    private static <K, V> List<PendingDescriptor> dropped(Join<K, V> join, List<PendingJoin<K, V>> found) {
        return found.stream().map(pending -> described(join, pending, true)).toList();
    }

    private <K, V> PendingDescriptor described(Join<K, V> join, PendingJoin<K, V> pending) {
        return described(join, pending, showsValues);
    }

    private static <K, V> PendingDescriptor described(Join<K, V> join, PendingJoin<K, V> pending, boolean showsValue) {
        return new PendingDescriptor(
                pending.key() == null ? null : join.config().keys().encode(pending.key()),
                pending.status(),
                pending.parts(),
                pending.missing(),
                pending.firstAt().orElse(null),
                pending.dueAt().orElse(null),
                pending.cause().map(Enum::name).orElse(null),
                pending.attempts(),
                pending.lastError().orElse(null),
                pending.handedOverAt().orElse(null),
                showsValue ? value(join, pending) : null);
    }

    /** The value as it is stored; in base 64 where that is not text. */
    static <K, V> @Nullable String value(Join<K, V> join, PendingJoin<K, V> pending) {
        byte[] bytes = pending.value()
                .map(join.config().values()::encode)
                .or(pending::bytes)
                .orElse(null);
        if (bytes == null) {
            return null;
        }
        return join.config().values().isText() && pending.value().isPresent()
                ? new String(bytes, StandardCharsets.UTF_8)
                : Base64.getEncoder().encodeToString(bytes);
    }
}

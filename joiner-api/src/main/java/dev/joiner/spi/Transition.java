package dev.joiner.spi;

import dev.joiner.Cause;
import dev.joiner.ContentionException;
import dev.joiner.JoinSpec;
import dev.joiner.spi.JoinState.Closed;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.Step.Verdict;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The semantics of a join: what each event makes of the state under one key.
 *
 * <p>Pure: no clock, no store, no thread, no random number inside. What is drawn or read comes in as an argument, and
 * the functions of the spec that it calls (merge, sufficiency, expiry from the data) are pure by contract. A join
 * collects in {@code open}; in the step that finds it complete, expired or released it moves to {@code inFlight},
 * claimed by the caller, and from then on messages no longer see it.
 *
 * <p>Claim ids are random, and not {@link Flight#UNCLAIMED}. A step that claims several flights numbers them on from
 * the one it is given.
 *
 * @param <M> the messages
 * @param <V> the value they are merged into
 */
public final class Transition<M, V> {
    private static final int MAX_ERROR_LENGTH = 500;
    /** As long as anything is remembered: from any time on, the end is a time that can be reckoned with. */
    private static final long LONGEST_MEMORY = JoinState.NEVER / 2;

    private final JoinSpec<M, V, ?> spec;
    private final long expireAfter;
    private final long expireAfterIdle;
    private final long closedFor;
    private final long rememberedFor;
    private final long lease;

    public Transition(JoinSpec<M, V, ?> spec) {
        this.spec = spec;
        expireAfter = spec.expireAfter().map(Duration::toMillis).orElse(JoinState.NEVER);
        expireAfterIdle = spec.expireAfterIdle().map(Duration::toMillis).orElse(JoinState.NEVER);
        closedFor = memory(spec.rememberFor());
        rememberedFor = Math.max(closedFor, memory(spec.idsKept()));
        lease = spec.lease().toMillis();
    }

    private static long memory(Optional<Duration> duration) {
        return Math.min(LONGEST_MEMORY, duration.map(Duration::toMillis).orElse(0L));
    }

    /**
     * A message arrives.
     *
     * @param key only for the messages of exceptions
     * @param id of the message; null if and only if the spec has no {@code identifiedBy}
     * @param claim for the hand-over, should the message complete a join
     * @throws ContentionException if the message would put more than {@code maxInFlight} joins in flight
     */
    public Step<V> message(
            Object key, @Nullable JoinState<V> state, M message, @Nullable String id, Instant now, long claim) {
        Draft draft = new Draft(state, now);
        if (id != null) {
            int failed = newestFailed(draft.inFlight, id);
            if (failed >= 0) {
                Flight<V> flight = draft.inFlight.get(failed);
                Flight<V> again = draft.reclaim(failed, flight.join(), claim);
                return claiming(draft, List.of(again));
            }
            if (draft.knows(id)) {
                return Step.unchanged(state, Verdict.DUPLICATE);
            }
        } else if (!spec.keepAfterJoin()) {
            int failed = newestFailed(draft.inFlight, null);
            if (failed >= 0) {
                Join<V> join = draft.inFlight.get(failed).join();
                Join<V> merged = new Join<>(
                        merge(key, message, join.value()),
                        join.parts() + 1,
                        join.firstAt(),
                        join.deadline(),
                        join.idleUntil(),
                        join.ids(),
                        join.joinedBefore());
                Flight<V> again = draft.reclaim(failed, merged, claim);
                return claiming(draft, List.of(again));
            }
        }
        if (closedFor > 0 && (draft.isClosedToMessages() || !draft.inFlight.isEmpty())) {
            return Step.unchanged(state, Verdict.LATE);
        }
        V value = merge(key, message, draft.open == null ? null : draft.open.value());
        if (!spec.isSufficient(value)) {
            draft.open = collect(draft.open, value, id, draft.at, false);
            return Step.to(draft.state(), Verdict.MERGED);
        }
        Join<V> complete = collect(draft.open, value, id, draft.at, spec.keepAfterJoin());
        draft.open = spec.keepAfterJoin() ? complete : null;
        Flight<V> claimed = draft.claim(key, complete, Cause.COMPLETE, claim);
        return claiming(draft, List.of(claimed));
    }

    /**
     * Time has passed: claims everything that is due, and ends what is over.
     *
     * @throws ContentionException if the one thing due is an open join, and {@code maxInFlight} joins are in flight
     */
    public Step<V> due(Object key, @Nullable JoinState<V> state, Instant now, long claim) {
        Draft draft = new Draft(state, now);
        long nextClaim = claim;
        List<Flight<V>> claimed = new ArrayList<>();
        for (int i = 0; i < draft.inFlight.size(); i++) {
            Flight<V> flight = draft.inFlight.get(i);
            if (flight.dueAt() <= draft.at) {
                claimed.add(draft.reclaim(i, flight.join(), nextClaim++));
            }
        }
        boolean ended = draft.forgot;
        Join<V> open = draft.open;
        if (open != null && open.dueAt() <= draft.at) {
            if (spec.keepAfterJoin() && open.joinedBefore()) {
                draft.open = null;
                ended = true;
            } else if (!draft.isCrowded() || (claimed.isEmpty() && !ended)) { // crowded: to be told so, or to wait
                draft.open = null;
                claimed.add(draft.claim(key, open, Cause.EXPIRED, nextClaim));
            }
        }
        if (!claimed.isEmpty()) {
            return claiming(draft, claimed);
        }
        return ended ? Step.to(draft.state(), Verdict.DONE) : Step.unchanged(state, Verdict.NOTHING);
    }

    /**
     * Somebody wants the key's joins handed over now: the open one with cause FORCED, failed ones each with the cause
     * that they have. Live claims are left alone.
     *
     * @throws ContentionException if {@code maxInFlight} joins are in flight
     */
    public Step<V> release(Object key, @Nullable JoinState<V> state, Instant now, long claim) {
        Draft draft = new Draft(state, now);
        long nextClaim = claim;
        List<Flight<V>> claimed = new ArrayList<>();
        for (int i = 0; i < draft.inFlight.size(); i++) {
            Flight<V> flight = draft.inFlight.get(i);
            if (!isLive(flight, draft.at)) {
                claimed.add(draft.reclaim(i, flight.join(), nextClaim++));
            }
        }
        Join<V> open = draft.open;
        if (open != null) {
            draft.open = null;
            claimed.add(draft.claim(key, open, Cause.FORCED, nextClaim));
        }
        return claimed.isEmpty() ? Step.unchanged(state, Verdict.NOTHING) : claiming(draft, claimed);
    }

    /** Somebody wants the key's joins taken out: the open one and failed ones. Live claims are left alone. */
    public Step<V> drop(@Nullable JoinState<V> state, Instant now) {
        Draft draft = new Draft(state, now);
        List<Join<V>> removed = new ArrayList<>();
        for (int i = draft.inFlight.size() - 1; i >= 0; i--) {
            if (!isLive(draft.inFlight.get(i), draft.at)) {
                removed.add(0, draft.remove(i).join());
            }
        }
        if (draft.open != null) {
            removed.add(draft.open);
            draft.open = null;
        }
        if (removed.isEmpty()) {
            return Step.unchanged(state, Verdict.NOTHING);
        }
        removed.forEach(draft::remember);
        return new Step<>(draft.state(), Verdict.DONE, List.of(), removed);
    }

    /** The hand-over of a claim returned. */
    public Step<V> returned(@Nullable JoinState<V> state, long claim, Instant now) {
        return onClaim(state, claim, now, Draft::end);
    }

    /**
     * The hand-over of a claim threw, and is to be tried again.
     *
     * @param jitter from 0 to 1: where in the second half of the backoff the next attempt comes
     */
    public Step<V> threw(@Nullable JoinState<V> state, long claim, String error, Instant now, double jitter) {
        return onClaim(state, claim, now, (draft, mine) -> {
            int attempt = draft.inFlight.get(mine).attempt();
            draft.leave(mine, Flight.UNCLAIMED, kept(error), backoff(attempt, jitter));
        });
    }

    /** The holder of a claim needs its whole lease again. */
    public Step<V> renewed(@Nullable JoinState<V> state, long claim, Instant now) {
        return onClaim(
                state,
                claim,
                now,
                (draft, mine) ->
                        draft.leave(mine, claim, draft.inFlight.get(mine).lastError(), lease));
    }

    /** What the holder of a claim does to its flight, if it still is its holder. */
    private Step<V> onClaim(@Nullable JoinState<V> state, long claim, Instant now, ObjIntConsumer<Draft> change) {
        Draft draft = new Draft(state, now);
        int mine = draft.indexOf(claim);
        if (mine < 0) {
            return Step.unchanged(state, Verdict.LOST);
        }
        change.accept(draft, mine);
        return Step.to(draft.state(), Verdict.DONE);
    }

    /** Whether the claim goes straight to {@code onPoisoned}, as all attempts were made before it. */
    public boolean isPoisoned(Flight<V> flight) {
        return flight.attempt() > spec.maxAttempts();
    }

    /** Whether the claim goes to {@code onPoisoned} should its hand-over throw. */
    public boolean isLastAttempt(Flight<V> flight) {
        return flight.attempt() >= spec.maxAttempts();
    }

    /** At most once, a claim is the last that is seen of a join. */
    private Step<V> claiming(Draft draft, List<Flight<V>> claimed) {
        if (spec.atMostOnce()) {
            claimed.forEach(flight -> draft.end(draft.indexOf(flight.claim())));
        }
        return Step.claiming(draft.state(), claimed);
    }

    private V merge(Object key, M message, @Nullable V pending) {
        V merged = spec.merge(message, pending);
        if (merged == null) {
            throw new NullPointerException("mergedBy returned null for key \"" + key + "\"");
        }
        return merged;
    }

    private Join<V> collect(@Nullable Join<V> open, V value, @Nullable String id, long at, boolean joinedBefore) {
        long firstAt = open == null ? at : open.firstAt();
        long fromFirst = plus(firstAt, expireAfter);
        Instant inData = spec.expiresAt(value);
        long deadline;
        if (inData != null) {
            deadline = Math.min(fromFirst, JoinState.millis(inData));
        } else {
            deadline = open == null ? fromFirst : open.deadline();
        }
        List<String> ids = open == null ? List.of() : open.ids();
        return new Join<>(
                value,
                open == null ? 1 : open.parts() + 1,
                firstAt,
                deadline,
                plus(at, expireAfterIdle),
                id == null ? ids : with(ids, id),
                joinedBefore);
    }

    /** The beginning of an error's text, without half a character at the cut, and with none that is no UTF-8. */
    private static String kept(String error) {
        int end = Math.min(error.length(), MAX_ERROR_LENGTH);
        if (end < error.length() && Character.isHighSurrogate(error.charAt(end - 1))) {
            end--;
        }
        return new String(error.substring(0, end).getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    private long backoff(int attempt, double jitter) {
        double doubled = (double) spec.backoff().toMillis() * Math.pow(2, Math.max(0, attempt - 1));
        double capped = Math.min(doubled, (double) spec.maxBackoff().toMillis());
        return Math.max(1, (long) (capped * (0.5 + jitter / 2)));
    }

    /** The newest failed flight that a message may take up again: any, or the one that the id is part of. */
    private static <V> int newestFailed(List<Flight<V>> flights, @Nullable String id) {
        for (int i = flights.size() - 1; i >= 0; i--) {
            Flight<V> flight = flights.get(i);
            if (!flight.isClaimed()
                    && flight.cause() == Cause.COMPLETE
                    && (id == null || flight.join().ids().contains(id))) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isLive(Flight<?> flight, long at) {
        return flight.isClaimed() && flight.dueAt() > at;
    }

    private static <T> List<T> with(List<T> list, T added) {
        if (list.isEmpty()) {
            return List.of(added); // the usual case; a state need not copy it again
        }
        List<T> longer = new ArrayList<>(list.size() + 1);
        longer.addAll(list);
        longer.add(added);
        return longer;
    }

    private static long plus(long at, long millis) {
        long sum = at + millis;
        return sum < at ? JoinState.NEVER : sum;
    }

    /** A state while one event changes it. What is over at the time of the event is not in it any more. */
    private final class Draft {
        final long at;
        private final Instant now;

        @Nullable
        Join<V> open;

        List<Flight<V>> inFlight;
        private @Nullable Closed closed;
        private long token;
        /** Whether the time of what was closed is over. */
        final boolean forgot;

        Draft(@Nullable JoinState<V> state, Instant now) {
            this.now = now;
            at = JoinState.millis(now);
            if (state == null) {
                inFlight = List.of();
                forgot = false;
            } else {
                open = state.open();
                inFlight = state.inFlight();
                token = state.token();
                Closed before = state.closed();
                forgot = before != null && before.until() <= at;
                closed = forgot ? null : before;
            }
        }

        @Nullable
        JoinState<V> state() {
            return open == null && inFlight.isEmpty() && closed == null
                    ? null
                    : new JoinState<>(open, inFlight, closed, token);
        }

        boolean knows(String id) {
            return (open != null && open.ids().contains(id))
                    || inFlight.stream().anyMatch(f -> f.join().ids().contains(id))
                    || (closed != null && closed.ids().contains(id));
        }

        /** Ids may be remembered for longer than the key itself is closed. */
        boolean isClosedToMessages() {
            return closed != null && at < closed.until() - (rememberedFor - closedFor);
        }

        boolean isCrowded() {
            return !spec.atMostOnce() && inFlight.size() >= spec.maxInFlight();
        }

        int indexOf(long claim) {
            for (int i = 0; i < inFlight.size(); i++) {
                if (inFlight.get(i).claim() == claim) {
                    return i;
                }
            }
            return -1;
        }

        Flight<V> claim(Object key, Join<V> join, Cause cause, long claim) {
            if (isCrowded()) {
                throw new ContentionException("key \"" + key + "\": as many hand-overs as maxInFlight allows ("
                        + spec.maxInFlight() + ") have not ended");
            }
            Flight<V> flight = new Flight<>(join, cause, claim, nextToken(), 1, null, plus(at, lease));
            inFlight = with(inFlight, flight);
            return flight;
        }

        Flight<V> reclaim(int index, Join<V> join, long claim) {
            Flight<V> before = inFlight.get(index);
            Flight<V> flight = new Flight<>(
                    join,
                    before.cause(),
                    claim,
                    nextToken(),
                    before.attempt() + 1,
                    before.lastError(),
                    plus(at, lease));
            put(index, flight);
            return flight;
        }

        /** Leaves a flight as it is, but for whose it is, what is said of it and when it is due. */
        void leave(int index, long claim, @Nullable String error, long dueIn) {
            Flight<V> flight = inFlight.get(index);
            put(
                    index,
                    new Flight<>(
                            flight.join(),
                            flight.cause(),
                            claim,
                            flight.token(),
                            flight.attempt(),
                            error,
                            plus(at, dueIn)));
        }

        void put(int index, Flight<V> flight) {
            if (inFlight.size() == 1) {
                inFlight = List.of(flight);
            } else {
                inFlight = new ArrayList<>(inFlight);
                inFlight.set(index, flight);
            }
        }

        Flight<V> remove(int index) {
            Flight<V> removed = inFlight.get(index);
            if (inFlight.size() == 1) {
                inFlight = List.of();
            } else {
                inFlight = new ArrayList<>(inFlight);
                inFlight.remove(index);
            }
            return removed;
        }

        /** A join that was handed over. */
        void end(int index) {
            remember(remove(index).join());
        }

        void remember(Join<V> join) {
            if (rememberedFor == 0) {
                return;
            }
            long until = plus(at, rememberedFor);
            if (closed == null) {
                closed = new Closed(join.ids(), until);
            } else {
                Set<String> ids = new LinkedHashSet<>(closed.ids());
                ids.addAll(join.ids());
                closed = new Closed(List.copyOf(ids), Math.max(until, closed.until()));
            }
        }

        private long nextToken() {
            token = Math.max(token + 1, now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000);
            return token;
        }
    }
}

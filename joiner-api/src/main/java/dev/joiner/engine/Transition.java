package dev.joiner.engine;

import dev.joiner.Cause;
import dev.joiner.CodecException;
import dev.joiner.ContentionException;
import dev.joiner.engine.Step.Verdict;
import dev.joiner.internal.SafeText;
import dev.joiner.internal.spec.Spec;
import dev.joiner.internal.spec.Spec.Retry;
import dev.joiner.spi.CollectedParts;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Closed;
import dev.joiner.spi.JoinState.Ended;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Flight.Status;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinState.KeptIds;
import dev.joiner.spi.JoinState.Last;
import dev.joiner.spi.PartList;
import dev.joiner.spi.PartsChange;
import dev.joiner.spi.StoredParts;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The semantics of a join: what each event makes of the state under one key.
 *
 * <p>Pure: it has no clock, store, thread or random numbers. What is drawn or read comes in as an argument, and the functions
 * of the spec that it calls (merge, sufficiency, expiry from the data) are pure by contract. A join collects in {@code open}; in
 * the step that finds it complete, expired or released it moves to {@code inFlight}, claimed by the caller, and from then on
 * messages no longer see it.
 *
 * <p>Claim ids are random. A step that claims several flights numbers them on from the one it is given; {@link #NO_CLAIM} says
 * that no handler may begin now. Times are epoch milliseconds.
 *
 * <p>A join that is claimed alone in its write has its attempt counted by that write, since its handler begins next. Joins that
 * are claimed together count an attempt when their handler threw, so that none is charged for a neighbour that killed the
 * process. A claim that ran out makes its join a suspect, which is claimed alone until it leaves.
 *
 * @param <M> the messages
 * @param <K> the keys
 * @param <V> the value they are merged into
 */
public final class Transition<M, K, V> {
    /** In place of a claim: no handler may begin. */
    public static final long NO_CLAIM = Flight.UNCLAIMED;

    private static final int MAX_ERROR_LENGTH = 500;
    private static final int MAX_PARKED = 64;
    private static final int PARTS_AT_ONCE = 1_000;

    /** As long as anything is remembered: from any time on, the end is a time that can be reckoned with. */
    private static final long LONGEST_MEMORY = JoinState.NEVER / 2;

    private static final long MICROS_PER_MILLI = 1_000;
    private static final Step<?> REMOVAL = Step.to(null, Verdict.DONE);

    private final SpecFunctions<M, K, V, ?> functions;
    private final long expireAfter;
    private final long expireAfterIdle;
    private final long closedFor;
    private final long idsKeptFor;
    private final long lease;
    private final int maxAttempts;
    private final long backoff;
    private final long maxBackoff;
    private final int maxInFlight;
    private final boolean keepAfterJoin;
    private final boolean atMostOnce;
    private final boolean parkPoisoned;
    private final boolean collects;
    /** Whether a message goes into a join that failed, as it does in the ancestor. */
    private final boolean mergesIntoFailed;

    private final int partsAtOnce;

    public Transition(SpecFunctions<M, K, V, ?> functions) {
        this(functions, PARTS_AT_ONCE);
    }

    /** @param partsAtOnce how many parts a write removes at most, so that none takes long */
    public Transition(SpecFunctions<M, K, V, ?> functions, int partsAtOnce) {
        this.functions = functions;
        this.partsAtOnce = partsAtOnce;
        Spec<M, K, V, ?> spec = functions.spec();
        expireAfter = millis(spec.expireAfter(), JoinState.NEVER);
        expireAfterIdle = millis(spec.expireAfterIdle(), JoinState.NEVER);
        closedFor = Math.min(LONGEST_MEMORY, millis(spec.rememberFor(), 0));
        idsKeptFor = Math.max(closedFor, Math.min(LONGEST_MEMORY, millis(spec.idsKept(), 0)));
        lease = spec.lease().toMillis();
        Retry retry = spec.retries();
        maxAttempts = retry.maxAttempts();
        backoff = retry.backoff().toMillis();
        maxBackoff = retry.maxBackoff().toMillis();
        maxInFlight = spec.maxInFlight();
        keepAfterJoin = spec.keepAfterJoin();
        atMostOnce = spec.atMostOnce();
        parkPoisoned = spec.parkPoisoned();
        collects = functions.collects();
        mergesIntoFailed = !functions.hasIds() && !functions.hasRetry() && !keepAfterJoin && !collects;
    }

    /**
     * A spec without collecting has no handler that would see the parts, and knows none of their ids.
     *
     * @throws CodecException if another spec has written the state, and has collected parts in it
     */
    private void requireWithoutParts(K key, @Nullable JoinState<V> state) {
        if (collects || state == null) {
            return;
        }
        int parts = state.collectedParts();
        if (parts > 0) {
            throw new CodecException(
                    SafeText.of(key),
                    "joins have collected " + parts + " parts here, and the spec of " + functions.name()
                            + " is without collecting",
                    null);
        }
    }

    private static long millis(@Nullable Duration duration, long otherwise) {
        return duration == null ? otherwise : duration.toMillis();
    }

    /**
     * What a driver says of parts that the store keeps apart from the state.
     *
     * @param number names the parts of a join that the message begins; 0 to keep them in the state
     * @param present ids that are in the store, each with the number under which it is
     */
    public record Apart(long number, Map<String, Long> present) {
        /** Parts are kept in the state. */
        public static final Apart NOT = new Apart(0, Map.of());

        boolean has(String id, CollectedParts collected) {
            return collected instanceof StoredParts parts && (parts.carries(id) || has(id, parts.number()));
        }

        boolean has(String id, long under) {
            Long found = present.get(id);
            return found != null && found == under;
        }
    }

    /**
     * A message arrives, in a store that keeps parts in states.
     *
     * @param key only for the messages of exceptions
     * @param id of the message; null if it has none
     * @param claim for the hand-over, should the message complete a join; {@link #NO_CLAIM} to leave that to a sweep
     * @param alone whether the write that this step leads to claims nothing else
     * @throws ContentionException if the message would put more than {@code maxInFlight} joins in flight
     */
    public Step<V> message(
            K key, @Nullable JoinState<V> state, M message, @Nullable String id, long now, long claim, boolean alone) {
        return message(key, state, message, id, now, claim, alone, Apart.NOT);
    }

    /**
     * A message arrives. Where the store keeps parts apart, it is known only to the store whether the id of a message is new: the
     * step is right if the ids under {@link PartsChange#lookedIn} that the store has are among those {@code present}. A driver finds
     * out by the write, which says what is {@linkplain dev.joiner.spi.JoinStore.Exchange#present present}; if nothing is written, by
     * a look.
     *
     * @param key only for the messages of exceptions
     * @param id of the message; null if it has none
     * @param claim for the hand-over, should the message complete a join; {@link #NO_CLAIM} to leave that to a sweep
     * @param alone whether the write that this step leads to claims nothing else
     * @throws ContentionException if the message would put more than {@code maxInFlight} joins in flight
     */
    public Step<V> message(
            K key,
            @Nullable JoinState<V> state,
            M message,
            @Nullable String id,
            long now,
            long claim,
            boolean alone,
            Apart apart) {
        requireWithoutParts(key, state);
        List<Flight<V>> inFlight = state == null ? List.of() : state.inFlight();
        if (id != null) {
            int known = flightWith(id, inFlight, apart);
            if (known >= 0) {
                return mayBeTakenUp(inFlight.get(known)) && claim != NO_CLAIM
                        ? takeUp(new Draft(state, now), known, null, claim, alone)
                        : Step.unchanged(state, Verdict.DUPLICATE);
            }
            if (isKnown(id, state, now, apart)) {
                return Step.unchanged(state, Verdict.DUPLICATE);
            }
        } else if (mergesIntoFailed) {
            int failed = newestFailed(inFlight);
            if (failed >= 0) {
                Join<V> join = inFlight.get(failed).join();
                V merged = functions.merge(key, message, join.value());
                return takeUp(new Draft(state, now), failed, join(join, merged), claim, alone);
            }
        }
        if (closedFor > 0 && state != null && isClosed(state, now)) {
            return Step.unchanged(state, Verdict.LATE);
        }
        Join<V> open = state == null ? null : state.open();
        V pending = open == null ? null : open.value();
        V value = functions.merge(key, message, pending);
        if (open != null && open.joinedBefore() && keepAfterJoin && isSame(value, pending)) {
            return leftUnchanged(state, open, id, now);
        }
        if (!functions.isSufficient(value, open == null ? 1 : open.parts() + 1)) {
            Join<V> merged = collect(key, message, open, value, id, now, false, apart);
            return Step.to(
                    state == null
                            ? new JoinState<>(merged, inFlight, null, 0)
                            : new JoinState<>(
                                    merged,
                                    inFlight,
                                    remembered(state.closed(), now),
                                    state.token(),
                                    known(state.ended(), now)),
                    Verdict.MERGED);
        }
        Join<V> complete = collect(key, message, open, value, id, now, keepAfterJoin, apart);
        if (inFlight.isEmpty() && claim != NO_CLAIM && !keepAfterJoin && !atMostOnce) {
            return takeOffAlone(state, complete, now, claim, alone);
        }
        Draft draft = new Draft(state, now);
        draft.open = keepAfterJoin ? complete : null;
        return takeOff(draft, key, complete, Cause.COMPLETE, claim, alone);
    }

    /** The usual case of {@link #takeOff}, without a draft: nothing else of the key is in flight. */
    private Step<V> takeOffAlone(@Nullable JoinState<V> state, Join<V> complete, long now, long claim, boolean alone) {
        Flight<V> claimed = claimed(complete, Cause.COMPLETE, claim, alone, nextToken(state, now), now);
        List<Flight<V>> flights = List.of(claimed);
        JoinState<V> next = state == null
                ? new JoinState<>(null, flights, null, claimed.token())
                : new JoinState<>(
                        null, flights, remembered(state.closed(), now), claimed.token(), known(state.ended(), now));
        return Step.claiming(next, flights, false);
    }

    private Flight<V> claimed(Join<V> join, Cause cause, long claim, boolean alone, long token, long now) {
        Status status = alone ? Status.CLAIMED_ALONE : Status.CLAIMED_TOGETHER;
        return new Flight<>(join, cause, status, false, claim, token, alone ? 1 : 0, null, plus(now, lease));
    }

    private static long nextToken(@Nullable JoinState<?> state, long now) {
        return nextToken(state == null ? 0 : state.token(), now);
    }

    private static long nextToken(long last, long now) {
        return Math.max(last + 1, now < Long.MAX_VALUE / MICROS_PER_MILLI ? now * MICROS_PER_MILLI : 0);
    }

    @SuppressWarnings("ReferenceEquality") // what wants nothing changed returns what it was given
    private static boolean isSame(Object merged, @Nullable Object pending) {
        return merged == pending;
    }

    private Step<V> leftUnchanged(@Nullable JoinState<V> state, Join<V> open, @Nullable String id, long now) {
        if (id == null) {
            return Step.unchanged(state, Verdict.UNCHANGED);
        }
        Draft draft = new Draft(state, now);
        draft.open = new Join<>(
                open.value(),
                open.parts(),
                open.firstAt(),
                open.deadline(),
                plus(now, expireAfterIdle),
                open.ids().with(id),
                true,
                open.collected());
        return Step.to(draft.state(), Verdict.UNCHANGED);
    }

    /** Claims a join that failed, for the message that it has, or that is merged into it. */
    private Step<V> takeUp(Draft draft, int index, @Nullable Join<V> grown, long claim, boolean alone) {
        if (grown != null) {
            draft.grow(index, grown);
        }
        if (claim == NO_CLAIM) {
            draft.postpone(index, draft.at);
            return Step.to(draft.state(), Verdict.DEFERRED);
        }
        Flight<V> claimed = draft.reclaim(index, claim, alone, false);
        return claiming(draft, List.of(claimed), false);
    }

    /** Puts a complete join in flight, claimed unless no handler may begin. */
    private Step<V> takeOff(Draft draft, K key, Join<V> join, Cause cause, long claim, boolean alone) {
        if (claim == NO_CLAIM) {
            draft.requireRoom(key);
            draft.add(new Flight<>(join, cause, Status.GIVEN_BACK, false, Flight.UNCLAIMED, 0, 0, null, draft.at));
            return Step.to(draft.state(), Verdict.DEFERRED);
        }
        Flight<V> claimed = draft.claim(key, join, cause, claim, alone);
        return claiming(draft, List.of(claimed), false);
    }

    /**
     * Time has passed: claims what is due, ends what is over, and parks what has no attempts left.
     *
     * @param alone whether to claim no more than one join, which may then be a suspect; otherwise all but suspects are claimed,
     *     together
     * @throws ContentionException if the one thing due is an open join, and {@code maxInFlight} joins are in flight
     */
    public Step<V> due(K key, @Nullable JoinState<V> state, long now, long claim, boolean alone) {
        requireWithoutParts(key, state);
        Draft draft = new Draft(state, now);
        List<Flight<V>> claimed = new ArrayList<>();
        List<Flight<V>> parked = new ArrayList<>(0);
        boolean changed = draft.forgot;
        boolean more = false;
        for (int i = 0; i < draft.inFlight.size(); i++) {
            Flight<V> flight = draft.inFlight.get(i);
            if (flight.dueAt() > now) {
                continue;
            }
            if (alone ? !claimed.isEmpty() : isSuspect(flight)) {
                more = true;
            } else if (isToBeParked(flight)) {
                parked.addAll(draft.parkOrPostpone(i, isSuspect(flight), flight.attempts(), flight.lastError()));
                changed = true;
            } else {
                claimed.add(draft.reclaim(i, claim + claimed.size(), alone, false));
            }
        }
        Join<V> open = draft.open;
        if (open != null && open.dueAt() <= now) {
            if (keepAfterJoin && open.joinedBefore()) {
                draft.remember(open, draft.last()); // also the ids of messages that changed nothing
                draft.open = null;
                changed = true;
            } else if (alone && !claimed.isEmpty()) {
                more = true;
            } else if (draft.isCrowded() && (more || changed || !claimed.isEmpty())) {
                more = true; // there may be room when that is done
            } else {
                draft.open = null;
                claimed.add(draft.claim(key, open, Cause.EXPIRED, claim + claimed.size(), alone));
            }
        }
        boolean hasRemoved = draft.removeParts();
        if (claimed.isEmpty()) {
            Verdict verdict = changed ? Verdict.DONE : hasRemoved ? Verdict.REMOVED_PARTS : Verdict.NOTHING;
            return new Step<>(changed || hasRemoved ? draft.state() : state, verdict, List.of(), parked, more);
        }
        end(draft, claimed);
        return new Step<>(draft.state(), Verdict.CLAIMED, claimed, parked, more);
    }

    /** Removes a page of what is left of joins that ended. {@link Step#more} says whether there is another. */
    public Step<V> removeParts(@Nullable JoinState<V> state, long now) {
        Draft draft = new Draft(state, now);
        return draft.removeParts()
                ? new Step<>(
                        draft.state(), Verdict.REMOVED_PARTS, List.of(), List.of(), hasPartsToRemove(draft.ended, now))
                : Step.unchanged(state, Verdict.NOTHING);
    }

    /** Whether something is left of joins that ended, and is to be removed now. */
    public boolean hasPartsToRemove(@Nullable JoinState<V> state, long now) {
        return state != null && hasPartsToRemove(known(state.ended(), now), now);
    }

    private static boolean hasPartsToRemove(List<Ended> ended, long now) {
        for (int i = 0; i < ended.size(); i++) {
            if (ended.get(i).dueAt() <= now) {
                return true;
            }
        }
        return false;
    }

    /**
     * Somebody wants the key's joins handed over now: the open one with cause FORCED, and those that failed, are parked or
     * whose claim ran out, each with the cause that it has and its attempts counted from 0. Live claims are left alone.
     *
     * <p>Suspects are claimed one by one, and joins for which there is no room wait: the event is to be repeated as long as the
     * step says that there is more.
     *
     * @param upToToken the token of the state when the release began: what was claimed since is not claimed again
     * @throws ContentionException if {@code maxInFlight} joins are in flight
     */
    public Step<V> release(K key, @Nullable JoinState<V> state, long now, long claim, long upToToken) {
        requireWithoutParts(key, state);
        Draft draft = new Draft(state, now);
        List<Integer> wanted = new ArrayList<>();
        List<Integer> suspects = new ArrayList<>();
        for (int i = 0; i < draft.inFlight.size(); i++) {
            Flight<V> flight = draft.inFlight.get(i);
            if (!isLive(flight, now) && flight.token() <= upToToken) {
                (isSuspect(flight) ? suspects : wanted).add(i);
            }
        }
        int inAll = wanted.size() + (draft.open == null ? 0 : 1);
        if (inAll == 0 && suspects.isEmpty()) {
            return Step.unchanged(state, Verdict.NOTHING);
        }
        boolean alone = atMostOnce || inAll == 1;
        boolean more = !suspects.isEmpty();
        List<Flight<V>> claimed = new ArrayList<>();
        for (int index : wanted) {
            boolean isFull = draft.inFlight.get(index).isParked() && draft.isCrowded();
            if (isFull || (alone && !claimed.isEmpty())) {
                more = true;
            } else {
                claimed.add(draft.reclaim(index, claim + claimed.size(), alone, true));
            }
        }
        Join<V> open = draft.open;
        if (open != null) {
            if (draft.isCrowded() || (alone && !claimed.isEmpty())) {
                more = true;
            } else {
                draft.open = null;
                claimed.add(draft.claim(key, open, Cause.FORCED, claim + claimed.size(), alone));
            }
        }
        if (claimed.isEmpty()) {
            if (suspects.isEmpty()) {
                draft.requireRoom(key);
            }
            claimed.add(draft.reclaim(suspects.get(0), claim, true, true));
            more = inAll > 0 || suspects.size() > 1;
        }
        return claiming(draft, claimed, more);
    }

    /**
     * What is left and what is taken out.
     *
     * @param next the state to write; the very object that was given if there is nothing to take out
     * @param removed the joins that are taken out, each as it was; null if there are none
     */
    public record Removal<V>(
            @Nullable JoinState<V> next, @Nullable JoinState<V> removed) {}

    /**
     * Somebody wants the key's joins taken out: the open one, and those that failed, are parked or whose claim ran out. Live
     * claims are left alone.
     */
    public Removal<V> drop(K key, @Nullable JoinState<V> state, long now) {
        requireWithoutParts(key, state);
        Draft draft = new Draft(state, now);
        List<Flight<V>> removed = new ArrayList<>();
        for (int i = draft.inFlight.size() - 1; i >= 0; i--) {
            if (!isLive(draft.inFlight.get(i), now)) {
                removed.add(0, draft.remove(i));
            }
        }
        Join<V> open = draft.open;
        if (removed.isEmpty() && open == null) {
            return new Removal<>(state, null);
        }
        removed.forEach(flight -> draft.remember(flight.join(), draft.last()));
        removed.forEach(flight -> draft.endParts(flight.join(), null));
        if (open != null) {
            draft.open = null;
            draft.remember(open, draft.last());
            draft.endParts(open, null);
        }
        return new Removal<>(draft.state(), new JoinState<>(open, removed, null, 0));
    }

    /**
     * The spec may ask for less than it did when the open join was stored: claims it if it is sufficient now.
     *
     * @throws ContentionException if it is, and {@code maxInFlight} joins are in flight
     */
    public Step<V> reexamine(K key, @Nullable JoinState<V> state, long now, long claim, boolean alone) {
        requireWithoutParts(key, state);
        Join<V> open = state == null ? null : state.open();
        if (open == null || open.joinedBefore() || !functions.isSufficient(open.value(), open.parts())) {
            return Step.unchanged(state, Verdict.NOTHING);
        }
        Draft draft = new Draft(state, now);
        Join<V> complete = new Join<>(
                open.value(),
                open.parts(),
                open.firstAt(),
                open.deadline(),
                open.idleUntil(),
                open.ids(),
                keepAfterJoin,
                open.collected());
        draft.open = keepAfterJoin ? complete : null;
        return takeOff(draft, key, complete, Cause.COMPLETE, claim, alone);
    }

    /** The hand-over of a claim returned. The time does not matter unless {@link #remembers}, or parts are kept apart. */
    public Step<V> returned(@Nullable JoinState<V> state, long claim, long now) {
        boolean isLast = state != null
                && state.inFlight().size() == 1
                && state.inFlight().get(0).claim() == claim
                && state.open() == null
                && state.closed() == null
                && state.ended().isEmpty()
                && !(state.inFlight().get(0).join().collected() instanceof StoredParts);
        return isLast && !remembers() ? removal() : onClaim(state, claim, now, Draft::end);
    }

    /** Most joins end like this: nothing of their key is left. */
    @SuppressWarnings("unchecked") // there is nothing of a type in it
    private static <V> Step<V> removal() {
        return (Step<V>) REMOVAL;
    }

    /**
     * The hand-over of a claim threw. If that was the last attempt, and poisoned joins are parked, it is parked; otherwise it
     * is to be tried again.
     *
     * @param jitter from 0 to 1: where in the second half of the backoff the next attempt comes
     */
    public Step<V> threw(@Nullable JoinState<V> state, long claim, String error, long now, double jitter) {
        Draft draft = new Draft(state, now);
        int mine = draft.indexOf(claim);
        if (mine < 0) {
            return Step.unchanged(state, Verdict.LOST);
        }
        int attempts = attempt(draft.inFlight.get(mine));
        if (parkPoisoned && attempts >= maxAttempts) {
            boolean suspect = draft.inFlight.get(mine).suspect();
            List<Flight<V>> parked = draft.parkOrPostpone(mine, suspect, attempts, kept(error));
            return new Step<>(draft.state(), Verdict.DONE, List.of(), parked, false);
        }
        draft.fail(mine, Status.THREW, attempts, kept(error), backoff(attempts, jitter));
        return Step.to(draft.state(), Verdict.DONE);
    }

    /** The handler of a claim was interrupted from outside: to be tried again, and the attempt does not count. */
    public Step<V> interrupted(@Nullable JoinState<V> state, long claim, String error, long now, double jitter) {
        return onClaim(
                state,
                claim,
                now,
                (draft, mine) ->
                        draft.fail(mine, Status.THREW, draft.attemptsBefore(mine), kept(error), backoff(1, jitter)));
    }

    /** The hand-over of a claim does not begin: it is due at once, and no attempt counts. */
    public Step<V> givenBack(@Nullable JoinState<V> state, long claim, long now) {
        return onClaim(
                state,
                claim,
                now,
                (draft, mine) -> draft.fail(
                        mine,
                        Status.GIVEN_BACK,
                        draft.attemptsBefore(mine),
                        draft.inFlight.get(mine).lastError(),
                        0));
    }

    /** The holder of a claim needs its whole lease again. */
    public Step<V> renewed(@Nullable JoinState<V> state, long claim, long now) {
        return onClaim(state, claim, now, Draft::renew);
    }

    /** What the holder of a claim does to its flight, if it still is its holder. */
    private Step<V> onClaim(@Nullable JoinState<V> state, long claim, long now, ObjIntConsumer<Draft> change) {
        Draft draft = new Draft(state, now);
        int mine = draft.indexOf(claim);
        if (mine < 0) {
            return Step.unchanged(state, Verdict.LOST);
        }
        change.accept(draft, mine);
        return Step.to(draft.state(), Verdict.DONE);
    }

    /** Which attempt a claim is, from 1. */
    public int attempt(Flight<V> claimed) {
        int attempts = claimed.attempts();
        int attempt =
                claimed.status() == Status.CLAIMED_ALONE || attempts == Integer.MAX_VALUE ? attempts : attempts + 1;
        return Math.min(attempt, maxAttempts);
    }

    /** Whether a claim goes straight to {@code onPoisoned}, as all attempts were made before it. */
    public boolean isPoisoned(Flight<V> claimed) {
        return claimed.attempts() >= maxAttempts
                && (claimed.status() != Status.CLAIMED_ALONE || claimed.attempts() > maxAttempts);
    }

    /** Whether no attempt is left should the hand-over of a claim throw. */
    public boolean isLastAttempt(Flight<V> claimed) {
        return attempt(claimed) >= maxAttempts;
    }

    /** Whether poisoned joins are parked, instead of going to {@code onPoisoned}. */
    public boolean parksPoisoned() {
        return parkPoisoned;
    }

    /** Whether anything is remembered of joins that ended. */
    public boolean remembers() {
        return idsKeptFor > 0;
    }

    /** What is remembered still. */
    private static @Nullable Closed remembered(@Nullable Closed closed, long now) {
        if (closed == null || closed.dueAt() <= now) {
            return null;
        }
        for (KeptIds kept : closed.ids()) {
            if (kept.until() <= now) {
                List<KeptIds> rest =
                        closed.ids().stream().filter(ids -> ids.until() > now).toList();
                return new Closed(closed.until(), closed.last(), rest);
            }
        }
        return closed;
    }

    /** The ends of joins, those without ids whose time is over. */
    private static List<Ended> known(List<Ended> ended, long now) {
        for (int i = 0; i < ended.size(); i++) { // nearly always there is none
            if (isOver(ended.get(i), now)) {
                return ended.stream()
                        .map(join -> isOver(join, now)
                                ? new Ended(join.number(), join.rows(), join.parts(), join.at(), 0, join.cause())
                                : join)
                        .toList();
            }
        }
        return ended;
    }

    private static boolean isOver(Ended ended, long now) {
        return ended.isKept() && ended.until() <= now;
    }

    /** At most once, a claim is the last that is seen of a join. */
    private Step<V> claiming(Draft draft, List<Flight<V>> claimed, boolean more) {
        end(draft, claimed);
        return Step.claiming(draft.state(), claimed, more);
    }

    private void end(Draft draft, List<Flight<V>> claimed) {
        if (atMostOnce) {
            claimed.forEach(flight -> draft.end(draft.indexOf(flight.claim())));
        }
    }

    private Join<V> collect(
            K key,
            M message,
            @Nullable Join<V> open,
            V value,
            @Nullable String id,
            long at,
            boolean joinedBefore,
            Apart apart) {
        long firstAt = open == null ? at : open.firstAt();
        long fromFirst = plus(firstAt, expireAfter);
        Instant inData = functions.expiresAt(value);
        long deadline;
        if (inData != null) {
            deadline = Math.min(fromFirst, JoinState.millis(inData));
        } else {
            deadline = open == null ? fromFirst : open.deadline();
        }
        Ids ids = open == null ? Ids.NONE : open.ids();
        CollectedParts collected = open == null ? nothing(apart) : open.collected();
        return new Join<>(
                value,
                open == null ? 1 : open.parts() + 1,
                firstAt,
                deadline,
                plus(at, expireAfterIdle),
                id == null || collected instanceof StoredParts ? ids : ids.with(id),
                joinedBefore,
                functions.collected(key, collected, message, id));
    }

    private CollectedParts nothing(Apart apart) {
        return apart.number() == 0 || !functions.collects() ? PartList.NONE : StoredParts.none(apart.number());
    }

    private static <V> Join<V> join(Join<V> failed, V grown) {
        return new Join<>(
                grown,
                failed.parts() + 1,
                failed.firstAt(),
                failed.deadline(),
                failed.idleUntil(),
                failed.ids(),
                failed.joinedBefore(),
                failed.collected());
    }

    /** The beginning of an error's text, without half a character at the cut, and with none that is not UTF-8. */
    private static String kept(String error) {
        int end = Math.min(error.length(), MAX_ERROR_LENGTH);
        if (end < error.length() && Character.isHighSurrogate(error.charAt(end - 1))) {
            end--;
        }
        return new String(error.substring(0, end).getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    private long backoff(int attempts, double jitter) {
        double doubled = (double) backoff * Math.pow(2, Math.max(0, attempts - 1));
        double capped = Math.min(doubled, (double) maxBackoff);
        return Math.max(1, (long) (capped * (0.5 + jitter / 2)));
    }

    /** Whether a flight's join leaves the attempts behind: there are none left, and nobody receives what is poisoned. */
    private boolean isToBeParked(Flight<V> flight) {
        int beyond = flight.attempts() - maxAttempts;
        // An onPoisoned that killed its process as often as attempts are allowed is not called again.
        return beyond >= 0 && (parkPoisoned || beyond >= maxAttempts);
    }

    private static boolean isSuspect(Flight<?> flight) {
        return flight.suspect() || flight.isClaimed();
    }

    private static boolean isLive(Flight<?> flight, long at) {
        return flight.isClaimed() && flight.dueAt() > at;
    }

    /** The newest flight of the message with the id, -1 if there is none. */
    private static int flightWith(String id, List<? extends Flight<?>> inFlight, Apart apart) {
        for (int i = inFlight.size() - 1; i >= 0; i--) {
            if (hasId(inFlight.get(i).join(), id, apart)) {
                return i;
            }
        }
        return -1;
    }

    /** Whether a redelivery may begin the next attempt of a flight at once. */
    private static boolean mayBeTakenUp(Flight<?> flight) {
        return flight.isFailed() && flight.cause() == Cause.COMPLETE && !flight.suspect();
    }

    /** The newest flight that failed, if a message may be merged into it; otherwise -1. */
    private static int newestFailed(List<? extends Flight<?>> inFlight) {
        for (int i = inFlight.size() - 1; i >= 0; i--) {
            Flight<?> flight = inFlight.get(i);
            if (flight.isFailed()) {
                return mayBeTakenUp(flight) && flight.status() == Status.THREW ? i : -1;
            }
        }
        return -1;
    }

    private static boolean hasId(Join<?> join, String id, Apart apart) {
        return join.ids().contains(id) || apart.has(id, join.collected());
    }

    private static boolean isKnown(String id, @Nullable JoinState<?> state, long at, Apart apart) {
        if (state == null) {
            return false;
        }
        if (state.open() != null && hasId(state.open(), id, apart)) {
            return true;
        }
        for (Ended ended : state.ended()) {
            if (ended.until() > at && apart.has(id, ended.number())) {
                return true;
            }
        }
        if (state.closed() != null) {
            for (KeptIds kept : state.closed().ids()) {
                if (kept.until() > at && kept.ids().contains(id)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isClosed(JoinState<?> state, long at) {
        if (state.closed() != null && state.closed().until() > at) {
            return true;
        }
        for (Flight<?> flight : state.inFlight()) {
            if (!flight.isParked()) {
                return true;
            }
        }
        return false;
    }

    private static long plus(long at, long millis) {
        long sum = at + millis;
        return sum < at ? JoinState.NEVER : sum;
    }

    /** A state while one event changes it. What is over at the time of the event is not in it any more. */
    private final class Draft {
        final long at;

        @Nullable
        Join<V> open;

        List<Flight<V>> inFlight;
        private @Nullable Closed closed;
        private List<Ended> ended;
        private long token;
        /** Whether the time of what was closed is over, or that of ids that are kept apart. */
        final boolean forgot;

        Draft(@Nullable JoinState<V> state, long now) {
            at = now;
            if (state == null) {
                inFlight = List.of();
                ended = List.of();
                forgot = false;
            } else {
                open = state.open();
                inFlight = state.inFlight();
                token = state.token();
                closed = remembered(state.closed(), at);
                ended = known(state.ended(), at);
                forgot = (state.closed() != null && closed == null) || !isSame(ended, state.ended());
            }
        }

        @Nullable
        JoinState<V> state() {
            return open == null && inFlight.isEmpty() && closed == null && ended.isEmpty()
                    ? null
                    : new JoinState<>(open, inFlight, closed, token, ended);
        }

        boolean isCrowded() {
            if (atMostOnce || inFlight.size() < maxInFlight) {
                return false;
            }
            int flying = 0;
            for (Flight<V> flight : inFlight) {
                flying += flight.isParked() ? 0 : 1;
            }
            return flying >= maxInFlight;
        }

        void requireRoom(K key) {
            if (isCrowded()) {
                throw new ContentionException(functions.name() + ": key \"" + SafeText.of(key) + "\" has " + maxInFlight
                        + " joins in flight, as many as maxInFlight allows");
            }
        }

        private boolean hasRoomToPark() {
            int parked = 0;
            for (Flight<V> flight : inFlight) {
                parked += flight.isParked() ? 1 : 0;
            }
            return parked < MAX_PARKED;
        }

        int indexOf(long claim) {
            for (int i = 0; i < inFlight.size(); i++) {
                if (inFlight.get(i).claim() == claim) {
                    return i;
                }
            }
            return -1;
        }

        /** How many attempts count if that of a claim does not. */
        int attemptsBefore(int index) {
            Flight<V> flight = inFlight.get(index);
            return flight.attempts() - (flight.status() == Status.CLAIMED_ALONE ? 1 : 0);
        }

        Flight<V> claim(K key, Join<V> join, Cause cause, long claim, boolean alone) {
            requireRoom(key);
            Flight<V> flight = claimed(join, cause, claim, alone, nextToken(), at);
            add(flight);
            return flight;
        }

        void add(Flight<V> flight) {
            if (inFlight.isEmpty()) {
                inFlight = List.of(flight); // the usual case; a state need not copy it again
            } else {
                inFlight = new ArrayList<>(inFlight);
                inFlight.add(flight);
            }
        }

        /** @param anew whether attempts count from 0 */
        Flight<V> reclaim(int index, long claim, boolean alone, boolean anew) {
            Flight<V> before = inFlight.get(index);
            int attempts = anew ? 0 : before.attempts();
            Flight<V> flight = new Flight<>(
                    before.join(),
                    before.cause(),
                    alone ? Status.CLAIMED_ALONE : Status.CLAIMED_TOGETHER,
                    isSuspect(before),
                    claim,
                    nextToken(),
                    alone && attempts < Integer.MAX_VALUE ? attempts + 1 : attempts,
                    anew ? null : before.lastError(),
                    plus(at, lease));
            put(index, flight);
            return flight;
        }

        /** A message was merged into a join that failed. */
        void grow(int index, Join<V> grown) {
            Flight<V> flight = inFlight.get(index);
            put(
                    index,
                    new Flight<>(
                            grown,
                            flight.cause(),
                            flight.status(),
                            flight.suspect(),
                            flight.claim(),
                            flight.token(),
                            flight.attempts(),
                            flight.lastError(),
                            flight.dueAt()));
        }

        void renew(int index) {
            Flight<V> flight = inFlight.get(index);
            put(
                    index,
                    new Flight<>(
                            flight.join(),
                            flight.cause(),
                            flight.status(),
                            flight.suspect(),
                            flight.claim(),
                            flight.token(),
                            flight.attempts(),
                            flight.lastError(),
                            plus(at, lease)));
        }

        void fail(int index, Status status, int attempts, @Nullable String error, long dueIn) {
            leave(index, status, inFlight.get(index).suspect(), attempts, error, plus(at, dueIn));
        }

        /** A join that failed stays as it is until then. */
        void postpone(int index, long until) {
            Flight<V> flight = inFlight.get(index);
            leave(index, flight.status(), flight.suspect(), flight.attempts(), flight.lastError(), until);
        }

        /** The flight as it is parked; none if there is no room, and it is to be parked later. */
        List<Flight<V>> parkOrPostpone(int index, boolean suspect, int attempts, @Nullable String error) {
            if (!hasRoomToPark()) {
                leave(index, Status.THREW, suspect, attempts, error, plus(at, maxBackoff));
                return List.of();
            }
            leave(index, Status.PARKED, suspect, attempts, error, JoinState.NEVER);
            return List.of(inFlight.get(index));
        }

        /** Leaves a flight without a claim. */
        private void leave(
                int index, Status status, boolean suspect, int attempts, @Nullable String error, long dueAt) {
            Flight<V> flight = inFlight.get(index);
            put(
                    index,
                    new Flight<>(
                            flight.join(),
                            flight.cause(),
                            status,
                            suspect,
                            Flight.UNCLAIMED,
                            flight.token(),
                            attempts,
                            error,
                            dueAt));
        }

        private void put(int index, Flight<V> flight) {
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

        /** A join was handed over. */
        void end(int index) {
            Flight<V> flight = remove(index);
            if (remembers()) {
                remember(
                        flight.join(),
                        new Last(at, flight.cause(), flight.join().parts()));
            }
            endParts(flight.join(), flight.cause());
        }

        /**
         * Nobody reads the parts of a join any more: they go with this write, or, if they are many, in pages that are due now.
         *
         * @param cause why it was handed over; null if it was dropped
         */
        void endParts(Join<V> join, @Nullable Cause cause) {
            if (!(join.collected() instanceof StoredParts parts)) {
                return;
            }
            boolean isLarge = parts.size() > partsAtOnce;
            boolean keepsIds = idsKeptFor > 0 && parts.withId() > 0;
            if (isLarge || keepsIds) {
                ended = new ArrayList<>(ended);
                ended.add(new Ended(
                        parts.number(),
                        parts.size(),
                        isLarge ? parts.size() : 0,
                        at,
                        keepsIds ? plus(at, idsKeptFor) : 0,
                        cause));
            }
        }

        /** Removes a page of what is left of a join that ended. Whether there is one to be removed. */
        boolean removeParts() {
            for (int i = 0; i < ended.size(); i++) {
                Ended join = ended.get(i);
                if (join.dueAt() <= at) {
                    int rows = join.isKept() ? join.rows() : Math.max(0, join.rows() - partsAtOnce);
                    int parts = Math.min(rows, Math.max(0, join.parts() - partsAtOnce));
                    ended = new ArrayList<>(ended);
                    if (rows == 0) {
                        ended.remove(i);
                    } else {
                        ended.set(i, new Ended(join.number(), rows, parts, join.at(), join.until(), join.cause()));
                    }
                    return true;
                }
            }
            return false;
        }

        @Nullable
        Last last() {
            return closed == null ? null : closed.last();
        }

        void remember(Join<V> join, @Nullable Last last) {
            boolean keepsIds = idsKeptFor > 0 && !join.ids().isEmpty();
            if (closedFor == 0 && !keepsIds) {
                return;
            }
            List<KeptIds> ids = closed == null ? List.of() : closed.ids();
            if (keepsIds) {
                ids = with(ids, new KeptIds(join.ids(), plus(at, idsKeptFor)));
            }
            long until = closed == null ? 0 : closed.until();
            closed = new Closed(closedFor == 0 ? until : Math.max(until, plus(at, closedFor)), last, ids);
        }

        /** Joins of a kept value have their ids in common: those that others keep as long are not kept twice. */
        private List<KeptIds> with(List<KeptIds> ids, KeptIds added) {
            List<KeptIds> all = new ArrayList<>(ids);
            if (keepAfterJoin) {
                if (ids.stream().anyMatch(kept -> keeps(kept, added))) {
                    return ids;
                }
                all.removeIf(kept -> keeps(added, kept));
            }
            all.add(added);
            return all;
        }

        private static boolean keeps(KeptIds some, KeptIds others) {
            return some.until() >= others.until() && some.ids().containsAll(others.ids());
        }

        private long nextToken() {
            token = Transition.nextToken(token, at);
            return token;
        }
    }
}

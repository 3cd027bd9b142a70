package dev.joiner.explorer;

import static dev.joiner.explorer.BrokenPromise.unless;

import dev.joiner.Cause;
import dev.joiner.ContentionException;
import dev.joiner.Outcome;
import dev.joiner.PendingJoin;
import dev.joiner.ProcessingException;
import dev.joiner.StoreException;
import dev.joiner.SweepReport;
import dev.joiner.engine.SpecFunctions;
import dev.joiner.explorer.Effect.HandOver;
import dev.joiner.explorer.Effect.Receiver;
import dev.joiner.explorer.Ledger.Fate;
import dev.joiner.explorer.Node.Claim;
import dev.joiner.explorer.Node.Progress;
import dev.joiner.explorer.Operation.Kind;
import dev.joiner.internal.spec.Spec;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Closed;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Flight.Status;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinState.KeptIds;
import dev.joiner.spi.PartList;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the library promises, as what must hold of each write, each hand-over, each outcome, and of a world in which
 * everything has come to rest. Knows nothing of how the joiner comes to what it does.
 */
final class Promises {
    private final Setting setting;
    private final SpecFunctions<String, String, String, String> functions;
    /** Those of a node whose spec asks for a letter less. */
    private final SpecFunctions<String, String, String, String> lenient;

    private final Spec<String, String, String, String> spec;
    private final int maxAttempts;
    private final boolean hasIds;
    private final boolean remembers;
    /** Whether no message can be in two joins, as no memory ends while messages come. */
    private final boolean countsOnce;

    Promises(
            Setting setting,
            SpecFunctions<String, String, String, String> functions,
            SpecFunctions<String, String, String, String> lenient) {
        this.setting = setting;
        this.functions = functions;
        this.lenient = lenient;
        spec = setting.contents();
        maxAttempts = spec.retries().maxAttempts();
        hasIds = functions.hasIds();
        remembers = spec.rememberFor() != null || spec.idsKept() != null;
        countsOnce =
                hasIds && remembers && !spec.keepAfterJoin() && setting.budget().jumps() == 0;
    }

    long clock(World world, int node) {
        return node == 0 ? world.time() : world.time() + setting.skew();
    }

    // What an operation is told of the store

    /** Notes what the store knows now, to compare what operations under way will say of their messages. */
    World noticed(World world) {
        World noted = world;
        for (int i = 0; i < world.nodes().size(); i++) {
            Node node = world.nodes().get(i);
            if (!node.isIdle() && node.work().delivers()) {
                JoinState<String> state = world.state();
                long at = clock(world, i);
                noted = noted.with(i, node.seeing(knownIds(state, at), isClosed(state, at)));
            }
        }
        return noted;
    }

    /** The node has looked at the store: claims that are not there any more it may not begin. */
    World looked(World world, int index) {
        Node node = world.nodes().get(index);
        List<Flight<String>> flights =
                world.state() == null ? List.of() : world.state().inFlight();
        for (Claim claim : node.claims()) {
            if (claim.progress() == Progress.WAITING
                    && claim.id() != Claim.UNKNOWN
                    && flights.stream().noneMatch(flight -> flight.claim() == claim.id())) {
                node = node.replacing(claim, claim.to(Progress.LOST));
            }
        }
        return world.with(index, node);
    }

    private static int knownIds(@Nullable JoinState<String> state, long at) {
        if (state == null) {
            return 0;
        }
        int known = state.open() == null ? 0 : Letters.set(state.open().ids());
        for (Flight<String> flight : state.inFlight()) {
            known |= Letters.set(flight.join().ids());
        }
        return known | keptIds(state, at);
    }

    private static int keptIds(@Nullable JoinState<String> state, long at) {
        int known = 0;
        if (state != null && state.closed() != null) {
            for (KeptIds kept : state.closed().ids()) {
                known |= kept.until() > at ? Letters.set(kept.ids()) : 0;
            }
        }
        return known;
    }

    private boolean isClosed(@Nullable JoinState<String> state, long at) {
        return state != null
                && spec.rememberFor() != null
                && (state.inFlight().stream().anyMatch(flight -> !flight.isParked())
                        || (state.closed() != null && state.closed().until() > at));
    }

    // Writes

    /** A write of the node went through: the world after it, or a broken promise. */
    World wrote(World world, int index, @Nullable JoinState<String> before, @Nullable JoinState<String> after) {
        return new Write(world, index, before, after).checked();
    }

    /** One write, and what it did to each join. */
    private final class Write {
        private final World world;
        private final int index;
        private final long at;
        /** What the clock said when the operation last looked at it. */
        private final long read;

        private final Operation operation;
        private final @Nullable JoinState<String> before;
        private final @Nullable JoinState<String> after;
        private final List<Flight<String>> flightsBefore;
        private final List<Flight<String>> flightsAfter;
        private Node node;
        private Ledger ledger;
        /** The letters that have gone into the store by this write. */
        private String added = "";
        /** Whether some went, for want of ids, into a join that waits for its next attempt; so they may with a closed key. */
        private boolean grown;
        /** The words that have left the store, or what is left of {@code open}, for the caller of this operation. */
        private final List<String> taken = new ArrayList<>();

        private final List<Flight<String>> born = new ArrayList<>();
        /** The claims that the operation holds by this write. */
        private final List<Claim> made = new ArrayList<>();

        Write(World world, int index, @Nullable JoinState<String> before, @Nullable JoinState<String> after) {
            this.world = world;
            this.index = index;
            this.before = before;
            this.after = after;
            at = clock(world, index);
            node = world.nodes().get(index);
            read = node.lastTime();
            operation = node.work();
            ledger = world.ledger();
            flightsBefore = before == null ? List.of() : before.inFlight();
            flightsAfter = after == null ? List.of() : after.inFlight();
        }

        World checked() {
            followFlights();
            if (spec.keepAfterJoin() && openAfter() != null) {
                keepOpen();
            } else {
                moveOpen();
            }
            checkAdded();
            checkRemembered();
            checkOpen();
            checkMade();
            checkCollected();
            ledger = ledger.merging(Letters.set(added));
            StringBuilder words = new StringBuilder();
            taken.forEach(word -> words.append(word).append(','));
            node = node.wrote(Letters.set(added), words.toString());
            return world.with(ledger).with(index, node);
        }

        private @Nullable Join<String> openBefore() {
            return before == null ? null : before.open();
        }

        private @Nullable Join<String> openAfter() {
            return after == null ? null : after.open();
        }

        private String wordBefore() {
            Join<String> open = openBefore();
            return open == null ? "" : open.value();
        }

        private String wordAfter() {
            Join<String> open = openAfter();
            return open == null ? "" : open.value();
        }

        private long tokenBefore() {
            return before == null ? 0 : before.token();
        }

        /** Each flight that was there is still there, or left in a way that it may; the others come from {@code open}. */
        private void followFlights() {
            Integer[] fates = new Integer[flightsAfter.size()];
            boolean[] stays = new boolean[flightsBefore.size()];
            for (int pass = 0; pass < 3; pass++) {
                for (int a = 0; a < fates.length; a++) {
                    for (int b = 0; fates[a] == null && b < stays.length; b++) {
                        if (!stays[b] && isSame(flightsBefore.get(b), flightsAfter.get(a), pass)) {
                            stays[b] = true;
                            fates[a] = ledger.flying().get(b);
                            goOn(flightsBefore.get(b), flightsAfter.get(a), fates[a]);
                        }
                    }
                }
            }
            for (int b = 0; b < stays.length; b++) {
                if (!stays[b]) {
                    leave(flightsBefore.get(b), ledger.flying().get(b));
                }
            }
            for (int a = 0; a < fates.length; a++) {
                if (fates[a] == null) {
                    fates[a] = ledger.fates().size();
                    bear(flightsAfter.get(a), fates[a]);
                }
            }
            ledger = ledger.flying(Arrays.asList(fates));
        }

        private boolean isSame(Flight<String> was, Flight<String> is, int pass) {
            return switch (pass) {
                case 0 -> was.equals(is);
                case 1 -> was.isClaimed() && was.claim() == is.claim();
                default -> was.cause() == is.cause() && (was.join().equals(is.join()) || hasGrown(was, is));
            };
        }

        /** Without ids and without a limit, a message goes into the join whose handler threw. */
        private boolean hasGrown(Flight<String> was, Flight<String> is) {
            return !hasIds
                    && !functions.hasRetry()
                    && !functions.collects()
                    && operation.delivers()
                    && was.status() == Status.THREW
                    && was.cause() == Cause.COMPLETE
                    && is.join().value().startsWith(was.join().value());
        }

        private void goOn(Flight<String> was, Flight<String> is, int fate) {
            if (was.equals(is)) {
                return;
            }
            unless(is.suspect() || !was.suspect(), "a suspect is none any more: {}, {}", was, is);
            Claim mine = was.isClaimed() ? node.claim(was.claim()) : null;
            if (is.isClaimed() && was.claim() == is.claim()) {
                unless(mine != null, "{} renews the claim of another", operation);
                unless(was.join().equals(is.join()), "the content of a claimed join changes: {}, {}", was, is);
                unless(
                        was.token() == is.token() && was.attempts() == is.attempts() && was.status() == is.status(),
                        "a claim changes: {}, {}",
                        was,
                        is);
            } else if (is.isClaimed()) {
                claimAgain(was, is, fate);
            } else if (is.isParked()) {
                park(was, is, mine, fate);
            } else if (mine != null) {
                leaveUnclaimed(was, is, mine);
            } else {
                postpone(was, is);
            }
        }

        private void leaveUnclaimed(Flight<String> was, Flight<String> is, Claim mine) {
            int before = was.attempts() - (was.status() == Status.CLAIMED_ALONE ? 1 : 0);
            if (is.status() == Status.GIVEN_BACK) {
                unless(!mine.hasBegun(), "{} gives back what it has begun: {}", operation, mine);
                unless(is.dueAt() <= at, "what is given back is not due at once: {}", is);
                unless(is.attempts() == before, "an attempt counts that was not begun: {}, {}", was, is);
                node = node.replacing(mine, mine.to(Progress.GIVEN_BACK));
            } else if (mine.progress() == Progress.INTERRUPTED) {
                unless(is.attempts() == before, "an attempt counts that was interrupted: {}, {}", was, is);
                if (!mine.isPoison()) {
                    ledger = ledger.changing(mine.fate(), Fate::uncount);
                }
            } else {
                unless(
                        mine.hasThrown(),
                        "{} writes a join off as failed that it has not seen fail: {}",
                        operation,
                        was);
                unless(
                        mine.progress() == Progress.POISON_THREW || mine.attempt() < maxAttempts,
                        "the last attempt failed, and onPoisoned was not called: {}",
                        was);
                unless(
                        is.attempts() == Math.min(before + 1, maxAttempts),
                        "an attempt that threw does not count: {}, {}",
                        was,
                        is);
            }
        }

        /** The attempts of a join are used up, and it waits for an operator. */
        private void park(Flight<String> was, Flight<String> is, @Nullable Claim mine, int fate) {
            if (isWasted(was, fate)) {
                ledger = ledger.changing(fate, Fate::waste);
            }
            if (was.isClaimed() && mine == null) {
                ledger = ledger.changing(fate, Fate::excuse);
            }
            Fate known = ledger.fate(fate);
            unless(known.tried() + known.wasted() >= maxAttempts, "parked with attempts left: {}, {}", was, known);
            if (was.isClaimed() && (mine == null || !mine.hasThrown())) {
                unless(was.dueAt() <= at, "{} parks a live claim: {}", operation, was);
                unless(operation.kind() == Kind.SWEEP, "{} parks the claim of another: {}", operation, was);
            }
            unless(is.attempts() >= maxAttempts, "parked with attempts left: {}", is);
        }

        /** Whether a claim has counted an attempt and was not begun. */
        private boolean isWasted(Flight<String> was, int fate) {
            return was.status() == Status.CLAIMED_ALONE && !ledger.fate(fate).isBegun();
        }

        private void postpone(Flight<String> was, Flight<String> is) {
            boolean isDeferred = operation.delivers() && node.stopped() && hasGrown(was, is) && is.dueAt() <= at;
            unless(isDeferred, "{} touches a join that is none of its business: {}, {}", operation, was, is);
            grown = true;
            added += is.join().value().substring(was.join().value().length());
            ledger = ledger.changing(
                    ledger.flying().get(flightsBefore.indexOf(was)),
                    known -> known.grown(is.join().value()));
        }

        private void claimAgain(Flight<String> was, Flight<String> is, int fate) {
            boolean isSuspect = was.isClaimed() || was.suspect();
            if (isSuspect) {
                unless(
                        operation.kind() == Kind.SWEEP || operation.kind() == Kind.RELEASE,
                        "{} claims a suspect: {}",
                        operation,
                        was);
                unless(is.suspect(), "a suspect is none any more: {}, {}", was, is);
            }
            if (was.isClaimed()) {
                unless(was.dueAt() <= at, "{} takes a live claim: {}", operation, was);
                boolean isWasted = isWasted(was, fate);
                ledger =
                        ledger.changing(fate, known -> isWasted ? known.excuse().waste() : known.excuse());
            } else {
                boolean isDue = was.dueAt() <= at;
                unless(operation.kind() != Kind.SWEEP || isDue, "a sweep does not wait for the backoff: {}", was);
                boolean isMine = operation.delivers()
                        && was.cause() == Cause.COMPLETE
                        && (!hasIds
                                || (Letters.set(operation.letters())
                                                & Letters.set(was.join().value()))
                                        != 0);
                unless(
                        operation.kind() == Kind.SWEEP || operation.kind() == Kind.RELEASE || isMine,
                        "{} claims a join that is none of its business: {}",
                        operation,
                        was);
                unless(
                        !was.isParked() || operation.kind() == Kind.RELEASE,
                        "{} claims a parked join: {}",
                        operation,
                        was);
            }
            grown |= is.join().value().length() > was.join().value().length();
            added += is.join().value().substring(was.join().value().length());
            boolean isRelease = operation.kind() == Kind.RELEASE;
            int before = isRelease ? 0 : was.attempts();
            unless(
                    is.attempts() == before + (is.status() == Status.CLAIMED_ALONE ? 1 : 0),
                    "a claim does not count its attempts right: {}, {}",
                    was,
                    is);
            checkToken(is);
            unless(flightsBefore.stream().allMatch(f -> f.claim() != is.claim()), "a claim id is used twice");
            ledger = ledger.changing(
                    fate,
                    known -> (isRelease ? known.release() : known)
                            .claimed(is.join().value()));
            hold(is, fate);
        }

        /** What is claimed alone is claimed alone, and so is a suspect, once all else is written off. */
        private void checkMade() {
            boolean countsAttempts = made.stream().anyMatch(Claim::isAlone);
            unless(!countsAttempts || made.size() == 1, "attempts are counted for neighbours: {}", made);
            boolean takesSuspects = flightsAfter.stream()
                    .anyMatch(flight ->
                            flight.suspect() && made.stream().anyMatch(claim -> claim.id() == flight.claim()));
            if (takesSuspects) {
                unless(countsAttempts, "the attempt of a suspect is not counted: {}", made);
                List<Claim> others = node.claims().stream()
                        .filter(claim -> !made.contains(claim))
                        .filter(claim -> claim.isUnderWay() && isHeld(claim))
                        .toList();
                unless(
                        others.isEmpty() || node.failed(),
                        "a suspect is claimed while others are under way: {}, {}",
                        made,
                        others);
            }
        }

        /** What was collected for a word are its letters. */
        private void checkCollected() {
            List<Join<String>> joins =
                    new ArrayList<>(flightsAfter.stream().map(Flight::join).toList());
            if (openAfter() != null) {
                joins.add(openAfter());
            }
            for (Join<String> join : joins) {
                StringBuilder letters = new StringBuilder();
                ((PartList) join.collected()).forEach(part -> letters.append(new String(part, StandardCharsets.UTF_8)));
                unless(
                        letters.toString().equals(functions.collects() ? join.value() : ""),
                        "\"{}\" was collected for {}",
                        letters,
                        join);
            }
        }

        private boolean isHeld(Claim claim) {
            return flightsAfter.stream().anyMatch(flight -> flight.isClaimed() && flight.claim() == claim.id());
        }

        private void checkToken(Flight<String> claimed) {
            unless(claimed.token() > tokenBefore(), "a fencing token does not grow: {}", claimed);
            unless(after != null && after.token() >= claimed.token(), "the store forgets a fencing token: {}", after);
        }

        private void hold(Flight<String> claimed, int fate) {
            boolean isAlone = claimed.status() == Status.CLAIMED_ALONE;
            int before = claimed.attempts() - (isAlone ? 1 : 0);
            Claim claim = new Claim(
                    claimed.claim(),
                    claimed.token(),
                    isAlone,
                    Math.min(before + 1, maxAttempts),
                    before >= maxAttempts,
                    ledger.fate(fate).claims(),
                    fate,
                    claimed.join().value(),
                    Progress.WAITING);
            unless(!node.stopped(), "{} claims although it has to stop: {}", operation, claim);
            made.add(claim);
            List<Claim> more = new ArrayList<>(node.claims());
            more.add(claim);
            node = node.claims(List.copyOf(more));
        }

        private void leave(Flight<String> was, int fate) {
            if (operation.kind() == Kind.DROP) {
                unless(!was.isClaimed() || was.dueAt() <= at, "{} takes a live claim: {}", operation, was);
                ledger = ledger.changing(
                        fate, known -> was.isClaimed() ? known.excuse().drop() : known.drop());
                taken.add(was.join().value());
            } else if (spec.atMostOnce() && was.isFailed()) {
                boolean isIts = operation.kind() == Kind.RELEASE
                        || (operation.kind() == Kind.SWEEP && was.dueAt() <= at)
                        || (operation.delivers()
                                && (Letters.set(operation.letters())
                                                & Letters.set(was.join().value()))
                                        != 0);
                unless(isIts, "{} removes a join that is none of its business: {}", operation, was);
                holdRemoved(was.join().value(), fate);
                ledger = ledger.changing(
                        fate, known -> known.claimed(was.join().value()).end());
            } else {
                Claim mine = was.isClaimed() ? node.claim(was.claim()) : null;
                unless(
                        mine != null && mine.isTaken(),
                        "{} lets a join go that it has not handed over: {}",
                        operation,
                        was);
                ledger = ledger.changing(fate, Fate::end);
            }
        }

        private void bear(Flight<String> flight, int fate) {
            checkCause(flight.cause(), flight.join());
            born.add(flight);
            ledger = ledger.adding(Fate.born(flight.join().value(), flight.cause()));
            if (flight.isClaimed()) {
                unless(
                        flight.attempts() == (flight.status() == Status.CLAIMED_ALONE ? 1 : 0),
                        "a new claim does not count its attempt right: {}",
                        flight);
                checkToken(flight);
                ledger = ledger.changing(
                        fate, known -> known.claimed(flight.join().value()));
                hold(flight, fate);
            } else {
                unless(node.stopped(), "a new join in flight has no claim: {}", flight);
                unless(
                        flight.status() == Status.GIVEN_BACK && flight.attempts() == 0 && flight.dueAt() <= at,
                        "a join that waits for a sweep is not due at once: {}",
                        flight);
            }
        }

        private void checkCause(Cause cause, Join<String> join) {
            boolean isTrue = switch (cause) {
                case COMPLETE ->
                    operation.delivers()
                            ? functions.isSufficient(join.value(), join.parts())
                            : operation.kind() == Kind.REEXAMINE && lenient.isSufficient(join.value(), join.parts());
                case EXPIRED -> operation.kind() == Kind.SWEEP && join.dueAt() <= at;
                case FORCED -> operation.kind() == Kind.RELEASE;
                case EVICTED -> false;
            };
            unless(isTrue, "{} puts a join in flight with cause {}: {}", operation, cause, join);
        }

        /** {@code open} stays and grows, and what is in flight are copies. */
        private void keepOpen() {
            String grown = Letters.beyond(wordBefore(), wordAfter());
            unless(grown != null, "messages vanish from the open join: {}, {}", before, after);
            added += grown;
            for (Flight<String> copy : born) {
                unless(wordAfter().startsWith(copy.join().value()), "a copy is not of what stays open: {}", copy);
            }
        }

        /** What was in {@code open} is in flight, or still in {@code open}. */
        private void moveOpen() {
            StringBuilder whole = new StringBuilder();
            born.forEach(flight -> whole.append(flight.join().value()));
            whole.append(wordAfter());
            String grown = Letters.beyond(wordBefore(), whole.toString());
            if (grown != null) {
                added += grown;
                return;
            }
            Join<String> open = openBefore();
            unless(open != null && openAfter() == null && born.isEmpty(), "messages vanish: {}, {}", before, after);
            if (operation.kind() == Kind.DROP) {
                ledger = ledger.dropping(open.value());
                taken.add(open.value());
            } else if (spec.atMostOnce()) {
                takeOut(open);
            } else {
                unless(
                        spec.keepAfterJoin()
                                && open.joinedBefore()
                                && operation.kind() == Kind.SWEEP
                                && open.dueAt() <= at,
                        "an open join vanishes: {}",
                        open);
                unless(
                        ledger.fates().stream().anyMatch(fate -> fate.word().equals(open.value())),
                        "a kept value ends that was never handed over: {}",
                        open);
            }
        }

        /** At most once: the write that completes a join takes it out. */
        private void takeOut(Join<String> open) {
            String letter = operation.delivers() ? nextLetter() : "";
            String word = open.value() + letter;
            Cause cause = switch (operation.kind()) {
                case ACCEPT, ACCEPT_ALL -> Cause.COMPLETE;
                case SWEEP -> Cause.EXPIRED;
                default -> Cause.FORCED;
            };
            unless(
                    cause != Cause.COMPLETE || functions.isSufficient(word, word.length()),
                    "an open join vanishes: {}",
                    open);
            unless(cause != Cause.EXPIRED || open.dueAt() <= at, "a join expires early: {}", open);
            added += letter;
            holdRemoved(word, ledger.fates().size());
            ledger = ledger.adding(Fate.born(word, cause).claimed(word).end());
        }

        /** What is removed before it is handed over is handed over before the next is removed. */
        private void holdRemoved(String word, int fate) {
            unless(!node.stopped(), "{} removes \"{}\" although it has to stop", operation, word);
            unless(
                    node.claims().stream().noneMatch(other -> other.progress() == Progress.WAITING),
                    "at most once, two joins are removed before they are handed over: {}",
                    node.claims());
            List<Claim> more = new ArrayList<>(node.claims());
            more.add(new Claim(Claim.UNKNOWN, Claim.UNKNOWN, false, 1, false, 1, fate, word, Progress.WAITING));
            node = node.claims(List.copyOf(more));
        }

        /** The letter that the operation merges next. */
        private String nextLetter() {
            for (int i = 0; i < operation.letters().length(); i++) {
                String letter = operation.letters().substring(i, i + 1);
                if (((node.merged() | knownIds(before, at)) & Letters.set(letter)) == 0) {
                    return letter;
                }
            }
            return "";
        }

        private void checkAdded() {
            if (added.isEmpty()) {
                return;
            }
            unless(operation.delivers(), "{} adds messages: {}", operation, added);
            unless(
                    Letters.beyond(added, operation.letters()) != null,
                    "{} adds messages that it does not deliver: {}",
                    operation,
                    added);
            unless(
                    (node.merged() & Letters.set(added)) == 0,
                    "{} merges a message twice: {}, then {}",
                    operation,
                    before,
                    after);
            if (hasIds) {
                unless(
                        Letters.areDistinct(added) && (knownIds(before, at) & Letters.set(added)) == 0,
                        "a message counts twice: {} merges \"{}\" into {}",
                        operation,
                        added,
                        before);
            }
            unless(grown || !isClosed(before, at), "{} merges \"{}\" into a closed key: {}", operation, added, before);
        }

        /** What is remembered stays so for its time, and what ends is remembered. */
        private void checkRemembered() {
            int ended = 0;
            for (int i = 0; i < ledger.fates().size(); i++) {
                boolean endedBefore = i < world.ledger().fates().size()
                        && world.ledger().fate(i).ended();
                if (ledger.fate(i).ended() && !endedBefore) {
                    ended |= Letters.set(ledger.fate(i).word());
                }
            }
            for (String word : taken) {
                ended |= Letters.set(word);
            }
            Closed closed = after == null ? null : after.closed();
            if (spec.rememberFor() != null && ended != 0) {
                unless(
                        closed != null
                                && closed.until() >= read + spec.rememberFor().toMillis(),
                        "the end of \"{}\" is not remembered: {}",
                        Letters.text(ended),
                        after);
            }
            Closed was = before == null ? null : before.closed();
            if (was != null && was.until() > at) {
                unless(closed != null && closed.until() >= was.until(), "a memory ends early: {}, {}", before, after);
            }
            if (remembers && hasIds) {
                int missing = (ended & ~keptIds(after, read)) | (keptIds(before, at) & ~keptIds(after, at));
                unless(missing == 0, "the ids \"{}\" are forgotten: {}", Letters.text(missing), after);
                int longer = ended & ~keptIds(after, read + memory() - 1);
                unless(longer == 0, "the ids \"{}\" are forgotten early: {}", Letters.text(longer), after);
            }
            if (closed != null) {
                unless(
                        closed.ids().stream().allMatch(kept -> kept.until() > read),
                        "an id outlives its own end: {}",
                        after);
            }
        }

        private long memory() {
            long keyClosed = spec.rememberFor() == null ? 0 : spec.rememberFor().toMillis();
            return spec.idsKept() == null
                    ? keyClosed
                    : Math.max(keyClosed, spec.idsKept().toMillis());
        }

        /** The letters that leave a word as it is. */
        private int ignored() {
            int ignored = 0;
            for (String deliveries : setting.deliveries()) {
                for (int i = 0; i < deliveries.length(); i++) {
                    String text = String.valueOf(deliveries.charAt(i));
                    ignored |= Setting.isIgnored(text, "ab") ? Letters.set(text) : 0;
                }
            }
            return ignored;
        }

        private void checkOpen() {
            Join<String> open = openAfter();
            if (open == null) {
                return;
            }
            unless(
                    open.joinedBefore() || !functions.isSufficient(open.value(), open.parts()),
                    "a complete join stays open: {}",
                    after);
            if (hasIds) {
                unless(
                        Letters.areDistinct(open.value())
                                && (Letters.set(open.value()) & ~Letters.set(open.ids())) == 0
                                && (Letters.set(open.ids()) & ~Letters.set(open.value()) & ~ignored()) == 0,
                        "the ids are not those of the value: {}",
                        open);
            }
        }
    }

    // Hand-overs

    /** A handler is called. */
    World begins(World world, int index, HandOver handOver) {
        Node node = world.nodes().get(index);
        Claim claim = claimFor(node, handOver);
        unless(
                claim != null,
                "{} hands over what it has no claim to: {}, claims {}",
                node.work(),
                handOver,
                node.claims());
        Fate fate = world.ledger().fate(claim.fate());
        boolean isPoison = handOver.receiver() == Receiver.POISONED;
        unless(
                handOver.value().equals(claim.word())
                        && handOver.parts() == claim.word().length(),
                "another content is handed over: {}, not \"{}\"",
                handOver,
                claim.word());
        unless(handOver.cause() == fate.cause(), "another cause: {}, not {}", handOver, fate.cause());
        unless(
                isPoison || (handOver.receiver() == Receiver.PROCESS) == functions.isProcessed(fate.cause()),
                "the wrong handler: {}",
                handOver);
        unless(handOver.attempt() == claim.attempt(), "a wrong attempt: {}, claim {}", handOver, claim);
        unless(isPoison || !claim.isPoison(), "no attempt is left: {}, claim {}", handOver, claim);
        unless(
                !isPoison || (claim.attempt() == maxAttempts && !spec.parkPoisoned()),
                "poison too early: {}, claim {}",
                handOver,
                claim);
        unless(!spec.atMostOnce() || fate.begun() == 0, "handed over more than once: {}", handOver);
        unless(!node.stopped() || isPoison, "{} begins a handler although it has to stop: {}", node.work(), handOver);
        Progress progress = isPoison ? Progress.POISON_BEGUN : Progress.BEGUN;
        Ledger ledger = world.ledger()
                .changing(
                        claim.fate(),
                        known -> isPoison ? known.poisonBegun(claim.number()) : known.begin(claim.number()));
        Fate begun = ledger.fate(claim.fate());
        unless(begun.tried() <= (long) maxAttempts + 1, "more attempts than allowed: {}", begun);
        unless(
                !isPoison || begun.tried() + begun.wasted() >= maxAttempts,
                "charged for a neighbour: {} with {}",
                handOver,
                begun);
        return world.with(ledger).with(index, node.replacing(claim, claim.to(progress)));
    }

    private @Nullable Claim claimFor(Node node, HandOver handOver) {
        for (Claim claim : node.claims()) {
            boolean isIt = claim.token() == Claim.UNKNOWN
                    ? claim.word().equals(handOver.value())
                    : claim.token() == handOver.token();
            boolean isInTime = handOver.receiver() == Receiver.POISONED
                    ? claim.progress() == Progress.THREW || (claim.progress() == Progress.WAITING && claim.isPoison())
                    : claim.progress() == Progress.WAITING
                            // a handler that renews has begun before that
                            || (setting.renews() && claim.progress() == Progress.LOST);
            if (isIt && isInTime) {
                return claim;
            }
        }
        return null;
    }

    /** The handler that was called last returned, or threw. */
    World ended(World world, int index, HandOver handOver, boolean returned) {
        boolean isPoison = handOver.receiver() == Receiver.POISONED;
        Progress over = isPoison
                ? returned ? Progress.POISONED : Progress.POISON_THREW
                : returned ? Progress.HANDED : Progress.THREW;
        World after = ended(world, index, handOver, over);
        int fate = lastClaim(world, index, handOver).fate();
        return returned
                ? after.with(after.ledger().changing(fate, isPoison ? Fate::takenAsPoison : Fate::handedOver))
                : after;
    }

    /** The handler that was called last was interrupted while it waited. What another one threw before that counts. */
    World interrupted(World world, int index, HandOver handOver) {
        boolean hasThrown = handOver.receiver() == Receiver.POISONED
                && !lastClaim(world, index, handOver).isPoison();
        return ended(world, index, handOver, hasThrown ? Progress.POISON_THREW : Progress.INTERRUPTED);
    }

    private static World ended(World world, int index, HandOver handOver, Progress over) {
        Claim claim = lastClaim(world, index, handOver);
        return world.with(index, world.nodes().get(index).replacing(claim, claim.to(over)));
    }

    private static Claim lastClaim(World world, int index, HandOver handOver) {
        Progress under = handOver.receiver() == Receiver.POISONED ? Progress.POISON_BEGUN : Progress.BEGUN;
        return world.nodes().get(index).claims().stream()
                .filter(each -> each.progress() == under)
                .findAny()
                .orElseThrow();
    }

    /** The node's thread was interrupted, or its joiner closes: no handler begins after the one that runs. */
    World stopped(World world, int index) {
        return world.with(index, world.nodes().get(index).stops());
    }

    /** The store failed the node, or the node crashed: what it was handing over may be handed over again. */
    World disturbed(World world, int index) {
        Ledger ledger = world.ledger();
        Node node = world.nodes().get(index).failing();
        for (Claim claim : node.claims()) {
            if (claim.hasBegun() || spec.atMostOnce()) {
                ledger = ledger.changing(claim.fate(), Fate::excuse);
            }
        }
        return world.with(ledger).with(index, node);
    }

    // Outcomes

    /** The operation has come to an end: the world without it. */
    World concluded(World world, int index, Object outcome, boolean leftInterrupted) {
        Node node = world.nodes().get(index);
        checkStop(world, node, leftInterrupted);
        World after = world.with(index, Node.IDLE);
        for (Claim claim : node.claims()) {
            unless(
                    claim.progress() != Progress.BEGUN && claim.progress() != Progress.POISON_BEGUN,
                    "a hand-over has no end: {}",
                    claim);
        }
        if (outcome instanceof StoreException) {
            boolean goesInPages =
                    node.work().kind() == Kind.SWEEP || node.work().kind() == Kind.REEXAMINE;
            unless(
                    goesInPages || node.claims().stream().noneMatch(Claim::hasBegun),
                    "{} threw a StoreException although a handler ran",
                    node.work());
            return after.returning(node.delivery());
        }
        if (outcome instanceof ContentionException) {
            return after.returning(node.delivery());
        }
        switch (node.work().kind()) {
            case ACCEPT -> {
                Outcome<?> told =
                        outcome instanceof ProcessingException e ? new Outcome.Failed<>(e, true) : outcome(outcome);
                return after.with(told(world.ledger(), node, node.work().letters(), told));
            }
            case ACCEPT_ALL -> {
                List<?> all = list(node, outcome);
                String letters = node.work().letters();
                unless(all.size() == letters.length(), "{}: as many outcomes as messages: {}", node.work(), all);
                Ledger ledger = world.ledger();
                for (int i = 0; i < all.size(); i++) {
                    String letter = letters.substring(i, i + 1);
                    ledger = told(ledger, node, letter, outcome(all.get(i)));
                }
                return after.with(ledger);
            }
            case SWEEP -> checkReport(node, outcome);
            case REEXAMINE -> checkReport(node, outcome);
            case RELEASE -> checkReleased(world, node, outcome);
            case DROP -> {
                String words = list(node, outcome).stream()
                        .map(join ->
                                ((PendingJoin<?, ?>) join).value().orElseThrow().toString())
                        .sorted()
                        .collect(Collectors.joining(","));
                String taken = Stream.of(node.dropped().split(",")).sorted().collect(Collectors.joining(","));
                unless(words.equals(taken), "drop took out \"{}\" and returned \"{}\"", taken, words);
            }
        }
        return after;
    }

    /** Whoever had to stop leaves nothing behind that waits for a lease, unless the store failed it. */
    private static void checkStop(World world, Node node, boolean leftInterrupted) {
        unless(!node.work().isInterrupted() || leftInterrupted, "{} loses an interrupt", node.work());
        if (world.state() == null) {
            return;
        }
        for (Flight<String> flight : world.state().inFlight()) {
            Claim mine = flight.isClaimed() ? node.claim(flight.claim()) : null;
            boolean isCounted = mine != null && mine.isAlone() && !mine.hasBegun() && node.failures() < 2;
            unless(
                    mine == null || (node.failed() && !isCounted),
                    "{} ends and keeps its claim: {}",
                    node.work(),
                    flight);
        }
    }

    private static Outcome<?> outcome(Object returned) {
        unless(returned instanceof Outcome, "unexpected: {}", returned);
        return (Outcome<?>) returned;
    }

    private static List<?> list(Node node, Object returned) {
        unless(returned instanceof List, "{} threw {}", node.work(), returned);
        return (List<?>) returned;
    }

    private Ledger told(Ledger ledger, Node node, String letter, Outcome<?> outcome) {
        int bit = Letters.set(letter);
        if (outcome instanceof Outcome.Late) {
            boolean isTrue = node.closed()
                    || (spec.rememberFor() != null && (!node.claims().isEmpty() || node.stopped()));
            unless(isTrue, "\"{}\" is told to be late for a key that was not closed", letter);
            return ledger;
        }
        if (outcome instanceof Outcome.Failed<?> failed && !(failed.cause() instanceof ProcessingException)) {
            boolean isRefused = failed.cause() instanceof ContentionException
                    || (failed.cause() instanceof StoreException && node.failed());
            unless(isRefused, "\"{}\" failed: {}", letter, failed.cause());
            unless(!outcome.isSafe(), "\"{}\" is told to be safe, and was refused", letter);
            return ledger;
        }
        if (outcome instanceof Outcome.Unchanged) {
            unless(spec.keepAfterJoin() && Setting.isIgnored(letter, "ab"), "\"{}\" is told to change nothing", letter);
            return ledger;
        }
        boolean isIgnored = Setting.isIgnored(letter, "ab") && outcome instanceof Outcome.Incomplete;
        unless(
                (ledger.merged() & bit) != 0 || isIgnored || isKept(outcome, node, bit),
                "\"{}\" is told {}, and is in no join",
                letter,
                outcome);
        if (outcome instanceof Outcome.Duplicate) {
            unless(
                    ((node.known() | node.merged()) & bit) != 0,
                    "\"{}\" is told to be a duplicate, and was not known",
                    letter);
            if (Setting.isIgnored(letter, "ab")) {
                return ledger; // its id is known, and it may be in no word
            }
        } else if (outcome instanceof Outcome.Joined<?> joined) {
            Fate fate = node.claims().stream()
                    .filter(claim -> claim.progress() == Progress.HANDED)
                    .filter(claim ->
                            claim.word().contains(letter) && claim.word().equals(joined.result()))
                    .map(claim -> ledger.fate(claim.fate()))
                    .findAny()
                    .orElse(null);
            unless(fate != null, "\"{}\" is told {}, and no such thing was handed over", letter, joined);
            unless(!joined.confirmed() || fate.ended(), "\"{}\" is confirmed, and its join is still there", letter);
            unless(joined.confirmed() || fate.excused(), "\"{}\" is not confirmed for no reason", letter);
        } else if (outcome instanceof Outcome.Failed<?> failed) {
            unless(failed.cause() instanceof ProcessingException, "\"{}\" failed: {}", letter, failed.cause());
            unless(
                    node.claims().stream()
                            .filter(claim -> claim.word().contains(letter))
                            .anyMatch(claim -> claim.hasThrown()
                                    || claim.progress() == Progress.INTERRUPTED
                                    || claim.progress() == Progress.POISONED
                                    || (node.foundPartsGone()
                                            && ledger.fate(claim.fate()).ended())),
                    "\"{}\" is told {}, and no handler threw",
                    letter,
                    failed);
        } else {
            unless(
                    node.claims().stream()
                            .filter(claim -> claim.word().endsWith(letter))
                            .noneMatch(Claim::hasBegun),
                    "\"{}\" is told to be incomplete, and was handed over",
                    letter);
        }
        return ledger.counting(bit);
    }

    /** An ignored letter is in no word, but its id is known. */
    private static boolean isKept(Outcome<?> outcome, Node node, int bit) {
        return outcome instanceof Outcome.Duplicate && (node.known() & bit) != 0;
    }

    private static int count(Node node, Progress... progress) {
        List<Progress> wanted = Arrays.asList(progress);
        return (int) node.claims().stream()
                .filter(claim -> wanted.contains(claim.progress()))
                .count();
    }

    private static void checkReport(Node node, Object outcome) {
        unless(outcome instanceof SweepReport, "a sweep threw {}", outcome);
        SweepReport report = (SweepReport) outcome;
        unless(
                report.joined() + report.expired() == count(node, Progress.HANDED)
                        && report.poisoned() == count(node, Progress.POISONED),
                "{}, but claims {}",
                report,
                node.claims());
        for (SweepReport.Failure failure : report.failures()) {
            unless(
                    failure.cause() instanceof ProcessingException || failure.cause() instanceof StoreException,
                    "a sweep reports {}",
                    failure);
        }
    }

    private static void checkReleased(World world, Node node, Object outcome) {
        List<?> outcomes = list(node, outcome);
        unless(outcomes.size() == node.claims().size(), "release returned {}, but claims {}", outcomes, node.claims());
        long joined = outcomes.stream().filter(Outcome.Joined.class::isInstance).count();
        long failed = outcomes.stream().filter(Outcome.Failed.class::isInstance).count();
        long confirmed = outcomes.stream()
                .filter(each -> each instanceof Outcome.Joined<?> told && told.confirmed())
                .count();
        long ended = node.claims().stream()
                .filter(claim -> world.ledger().fate(claim.fate()).ended())
                .count();
        unless(
                joined == count(node, Progress.HANDED)
                        && failed
                                == count(
                                        node,
                                        Progress.THREW,
                                        Progress.INTERRUPTED,
                                        Progress.POISON_THREW,
                                        Progress.POISONED)
                        && confirmed <= ended,
                "release returned {}, but claims {}",
                outcomes,
                node.claims());
    }

    // The end

    /** Everything has been delivered, all time has passed, and the sweeps have nothing more to do. */
    void settled(World world) {
        JoinState<String> state = world.state();
        Ledger ledger = world.ledger();
        int safe = 0;
        StringBuilder everywhere = new StringBuilder();
        if (state != null) {
            unless(state.inFlight().stream().allMatch(Flight::isParked), "a join is never handed over: {}", state);
            unless(state.closed() == null, "a memory never ends: {}", state);
            Join<String> open = state.open();
            if (open != null) {
                unless(spec.expireAfter() == null, "a join never expires: {}", state);
                unless(!functions.isSufficient(open.value(), open.parts()), "a complete join stays: {}", state);
                safe |= Letters.set(open.value());
                everywhere.append(open.value());
            }
        }
        for (int i = 0; i < ledger.fates().size(); i++) {
            Fate fate = ledger.fate(i);
            if (!ledger.flying().contains(i)) {
                checkEnd(fate);
            }
            safe |= Letters.set(fate.word());
            everywhere.append(fate.word());
        }
        safe |= Letters.set(ledger.dropped().replace(",", ""));
        everywhere.append(ledger.dropped().replace(",", ""));
        int lost = ledger.counted() & ~safe;
        unless(lost == 0, "the messages \"{}\" are lost", Letters.text(lost));
        unless(!countsOnce || Letters.areDistinct(everywhere.toString()), "messages are in two joins: {}", everywhere);
    }

    private void checkEnd(Fate fate) {
        unless(fate.ended(), "a join never ends: {}", fate);
        int taken = fate.handed() + fate.poisoned();
        if (spec.atMostOnce()) {
            unless(fate.begun() == 1 || (fate.begun() == 0 && fate.excused()), "handed over to nobody: {}", fate);
        } else if (fate.dropped()) {
            unless(taken == 0 || fate.excused(), "dropped and handed over: {}", fate);
        } else {
            unless(taken >= 1, "a join is lost: {}", fate);
            unless(taken == 1 || fate.excused(), "handed over more than once for no reason: {}", fate);
        }
    }
}

package dev.joiner.explorer;

import static dev.joiner.explorer.BrokenPromise.unless;

import dev.joiner.Cause;
import dev.joiner.JoinSpec;
import dev.joiner.Outcome;
import dev.joiner.ProcessingException;
import dev.joiner.StoreException;
import dev.joiner.SweepReport;
import dev.joiner.explorer.Effect.HandOver;
import dev.joiner.explorer.Effect.Receiver;
import dev.joiner.explorer.Ledger.Fate;
import dev.joiner.explorer.Node.Claim;
import dev.joiner.explorer.Node.Progress;
import dev.joiner.explorer.Operation.Kind;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Closed;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Join;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the library promises, as what must hold of each write, each hand-over, each outcome, and of a world in which
 * everything has come to rest. Knows nothing of how the joiner comes to what it does.
 */
final class Promises {
    private final Setting setting;
    private final JoinSpec<String, String, String> spec;
    private final boolean hasIds;
    private final boolean remembers;
    /** Whether no message can be in two joins, as no memory ends while messages come. */
    private final boolean countsOnce;

    Promises(Setting setting, JoinSpec<String, String, String> spec) {
        this.setting = setting;
        this.spec = spec;
        hasIds = spec.idOf("a") != null;
        remembers = spec.rememberFor().isPresent() || spec.idsKept().isPresent();
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
        Closed closed = state.closed();
        return closed == null || closed.until() <= at ? known : known | Letters.set(closed.ids());
    }

    private boolean isClosed(@Nullable JoinState<String> state, long at) {
        return state != null
                && spec.rememberFor().isPresent()
                && (!state.inFlight().isEmpty()
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

        Write(World world, int index, @Nullable JoinState<String> before, @Nullable JoinState<String> after) {
            this.world = world;
            this.index = index;
            this.before = before;
            this.after = after;
            at = clock(world, index);
            node = world.nodes().get(index);
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
                default ->
                    was.cause() == is.cause()
                            && (was.join().equals(is.join()) || hasGrown(was, is))
                            && (is.isClaimed() || was.isClaimed());
            };
        }

        /** Without ids, a message goes into the join that waits for its next attempt. */
        private boolean hasGrown(Flight<String> was, Flight<String> is) {
            return !hasIds
                    && operation.delivers()
                    && !was.isClaimed()
                    && was.cause() == Cause.COMPLETE
                    && is.join().value().startsWith(was.join().value());
        }

        private void goOn(Flight<String> was, Flight<String> is, int fate) {
            if (was.equals(is)) {
                return;
            }
            Claim mine = was.isClaimed() ? node.claim(was.claim()) : null;
            if (was.isClaimed() && was.claim() == is.claim()) {
                unless(mine != null, "{} renews the claim of another", operation);
                unless(was.join().equals(is.join()), "the content of a claimed join changes: {}, {}", was, is);
                unless(was.token() == is.token() && was.attempt() == is.attempt(), "a claim changes: {}, {}", was, is);
            } else if (!is.isClaimed()) {
                unless(
                        mine != null && mine.hasThrown(),
                        "{} writes a join off as failed that it has not seen fail: {}",
                        operation,
                        was);
                unless(
                        mine.progress() == Progress.POISON_THREW || mine.attempt() < spec.maxAttempts(),
                        "the last attempt failed, and onPoisoned was not called: {}",
                        was);
                unless(was.attempt() == is.attempt(), "a failure changes the attempts: {}, {}", was, is);
            } else {
                claimAgain(was, is, fate);
            }
        }

        private void claimAgain(Flight<String> was, Flight<String> is, int fate) {
            if (was.isClaimed()) {
                unless(was.dueAt() <= at, "{} takes a live claim: {}", operation, was);
                ledger = ledger.changing(fate, Fate::excuse);
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
            }
            grown |= is.join().value().length() > was.join().value().length();
            added += is.join().value().substring(was.join().value().length());
            unless(is.attempt() == was.attempt() + 1, "the attempt does not count at the claim: {}, {}", was, is);
            checkToken(is);
            unless(flightsBefore.stream().allMatch(f -> f.claim() != is.claim()), "a claim id is used twice");
            ledger = ledger.changing(fate, known -> known.claimedAgain(is.join().value()));
            hold(is, fate);
        }

        private void checkToken(Flight<String> claimed) {
            unless(claimed.token() > tokenBefore(), "a fencing token does not grow: {}", claimed);
            unless(after != null && after.token() >= claimed.token(), "the store forgets a fencing token: {}", after);
        }

        private void hold(Flight<String> claimed, int fate) {
            List<Claim> more = new ArrayList<>(node.claims());
            more.add(new Claim(
                    claimed.claim(),
                    claimed.token(),
                    claimed.attempt(),
                    fate,
                    claimed.join().value(),
                    Progress.WAITING));
            node = node.claims(List.copyOf(more));
        }

        private void leave(Flight<String> was, int fate) {
            if (operation.kind() == Kind.DROP) {
                unless(!was.isClaimed() || was.dueAt() <= at, "{} takes a live claim: {}", operation, was);
                ledger = ledger.changing(
                        fate, known -> was.isClaimed() ? known.excuse().drop() : known.drop());
                taken.add(was.join().value());
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
            unless(flight.isClaimed() && flight.attempt() == 1, "a new join in flight has no claim: {}", flight);
            checkToken(flight);
            checkCause(flight.cause(), flight.join());
            born.add(flight);
            ledger = ledger.adding(Fate.born(flight.join().value(), flight.cause()));
            hold(flight, fate);
        }

        private void checkCause(Cause cause, Join<String> join) {
            boolean isTrue = switch (cause) {
                case COMPLETE -> operation.delivers() && spec.isSufficient(join.value());
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
            String word = operation.kind() == Kind.ACCEPT ? open.value() + operation.letters() : open.value();
            Cause cause = switch (operation.kind()) {
                case ACCEPT, ACCEPT_ALL -> Cause.COMPLETE;
                case SWEEP -> Cause.EXPIRED;
                default -> Cause.FORCED;
            };
            unless(cause != Cause.COMPLETE || spec.isSufficient(word), "an open join vanishes: {}", open);
            unless(cause != Cause.EXPIRED || open.dueAt() <= at, "a join expires early: {}", open);
            if (operation.kind() == Kind.ACCEPT) {
                added += operation.letters();
            }
            List<Claim> more = new ArrayList<>(node.claims());
            more.add(new Claim(Claim.UNKNOWN, Claim.UNKNOWN, 1, ledger.fates().size(), word, Progress.WAITING));
            node = node.claims(List.copyOf(more));
            ledger = ledger.adding(Fate.born(word, cause).end());
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
            if (remembers && ended != 0) {
                unless(closed != null, "the end of \"{}\" is not remembered: {}", Letters.text(ended), after);
            }
            Closed was = before == null ? null : before.closed();
            if (was != null && was.until() > at) {
                ended |= Letters.set(was.ids());
                unless(closed != null && closed.until() >= was.until(), "a memory ends early: {}, {}", before, after);
            }
            if (remembers && hasIds) {
                int missing = ended & ~(closed == null ? 0 : Letters.set(closed.ids()));
                unless(missing == 0, "the ids \"{}\" are forgotten: {}", Letters.text(missing), after);
            }
        }

        private void checkOpen() {
            Join<String> open = openAfter();
            if (open == null) {
                return;
            }
            unless(open.joinedBefore() || !spec.isSufficient(open.value()), "a complete join stays open: {}", after);
            if (hasIds) {
                unless(
                        Letters.areDistinct(open.value()) && Letters.set(open.ids()) == Letters.set(open.value()),
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
                isPoison || (handOver.receiver() == Receiver.PROCESS) == spec.isProcessed(fate.cause()),
                "the wrong handler: {}",
                handOver);
        unless(
                isPoison || (claim.attempt() == handOver.attempt() && claim.attempt() <= spec.maxAttempts()),
                "a wrong attempt: {}, claim {}",
                handOver,
                claim);
        unless(
                !isPoison || (claim.attempt() >= spec.maxAttempts() && handOver.attempt() == spec.maxAttempts()),
                "poison too early: {}, claim {}",
                handOver,
                claim);
        unless(!spec.atMostOnce() || fate.begun() == 0, "handed over more than once: {}", handOver);
        Progress progress = isPoison ? Progress.POISON_BEGUN : Progress.BEGUN;
        Ledger ledger = isPoison ? world.ledger() : world.ledger().changing(claim.fate(), Fate::begunAgain);
        unless(
                ledger.fate(claim.fate()).begun() <= spec.maxAttempts(),
                "more attempts than allowed: {}",
                ledger.fate(claim.fate()));
        return world.with(ledger).with(index, node.replacing(claim, claim.to(progress)));
    }

    private @Nullable Claim claimFor(Node node, HandOver handOver) {
        for (Claim claim : node.claims()) {
            boolean isIt = claim.token() == Claim.UNKNOWN
                    ? claim.word().equals(handOver.value())
                    : claim.token() == handOver.token();
            boolean isInTime = handOver.receiver() == Receiver.POISONED
                    ? claim.progress() == Progress.THREW
                            || (claim.progress() == Progress.WAITING && claim.attempt() > spec.maxAttempts())
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
        Node node = world.nodes().get(index);
        boolean isPoison = handOver.receiver() == Receiver.POISONED;
        Progress under = isPoison ? Progress.POISON_BEGUN : Progress.BEGUN;
        Claim claim = node.claims().stream()
                .filter(each -> each.progress() == under)
                .findAny()
                .orElseThrow();
        Progress over = isPoison
                ? returned ? Progress.POISONED : Progress.POISON_THREW
                : returned ? Progress.HANDED : Progress.THREW;
        Ledger ledger = world.ledger();
        if (returned) {
            ledger = ledger.changing(claim.fate(), isPoison ? Fate::takenAsPoison : Fate::handedOver);
        }
        return world.with(ledger).with(index, node.replacing(claim, claim.to(over)));
    }

    /** The store failed the node, or the node crashed: what it was handing over may be handed over again. */
    World disturbed(World world, int index) {
        Ledger ledger = world.ledger();
        for (Claim claim : world.nodes().get(index).claims()) {
            if (claim.hasBegun() || spec.atMostOnce()) {
                ledger = ledger.changing(claim.fate(), Fate::excuse);
            }
        }
        return world.with(ledger);
    }

    // Outcomes

    /** The operation has come to an end: the world without it. */
    World concluded(World world, int index, Object outcome) {
        Node node = world.nodes().get(index);
        World after = world.with(index, Node.IDLE);
        for (Claim claim : node.claims()) {
            unless(
                    claim.progress() != Progress.BEGUN && claim.progress() != Progress.POISON_BEGUN,
                    "a hand-over has no end: {}",
                    claim);
        }
        if (outcome instanceof StoreException) {
            unless(
                    node.claims().stream().noneMatch(Claim::hasBegun),
                    "{} threw a StoreException although a handler ran",
                    node.work());
            return after.returning(node.delivery());
        }
        switch (node.work().kind()) {
            case ACCEPT -> {
                Outcome<?> told = outcome instanceof ProcessingException e ? new Outcome.Failed<>(e) : outcome(outcome);
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
            case RELEASE -> checkReleased(world, node, outcome);
            case DROP -> {
                StringBuilder words = new StringBuilder();
                list(node, outcome)
                        .forEach(join -> words.append(((Join<?>) join).value()).append(','));
                unless(
                        words.toString().equals(node.dropped()),
                        "drop took out \"{}\" and returned \"{}\"",
                        node.dropped(),
                        words);
            }
        }
        return after;
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
                    || (spec.rememberFor().isPresent() && !node.claims().isEmpty());
            unless(isTrue, "\"{}\" is told to be late for a key that was not closed", letter);
            return ledger;
        }
        unless((ledger.merged() & bit) != 0, "\"{}\" is told {}, and is in no join", letter, outcome);
        if (outcome instanceof Outcome.Duplicate) {
            unless(
                    ((node.known() | node.merged()) & bit) != 0,
                    "\"{}\" is told to be a duplicate, and was not known",
                    letter);
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
                            .anyMatch(claim -> claim.hasThrown() || claim.progress() == Progress.POISONED),
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
        if (outcome instanceof ProcessingException) {
            unless(
                    count(node, Progress.THREW, Progress.POISON_THREW, Progress.POISONED) > 0,
                    "release threw, and no handler had");
            return;
        }
        List<?> joined = list(node, outcome);
        long confirmed = joined.stream()
                .filter(each -> ((Outcome.Joined<?>) each).confirmed())
                .count();
        long ended = node.claims().stream()
                .filter(claim -> world.ledger().fate(claim.fate()).ended())
                .count();
        unless(
                joined.size() == count(node, Progress.HANDED) && confirmed <= ended,
                "release returned {}, but claims {}",
                joined,
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
            unless(state.inFlight().isEmpty(), "a join is never handed over: {}", state);
            unless(state.closed() == null, "a memory never ends: {}", state);
            Join<String> open = state.open();
            if (open != null) {
                unless(spec.expireAfter().isEmpty(), "a join never expires: {}", state);
                unless(!spec.isSufficient(open.value()), "a complete join stays: {}", state);
                safe |= Letters.set(open.value());
                everywhere.append(open.value());
            }
        }
        for (Fate fate : ledger.fates()) {
            checkEnd(fate);
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

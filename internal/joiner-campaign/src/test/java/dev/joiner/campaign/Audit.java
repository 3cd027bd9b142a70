package dev.joiner.campaign;

import dev.joiner.campaign.Behaviour.Trouble;
import dev.joiner.campaign.Ledger.Line;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Flight;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Compares what all ledgers say with what was promised: each join handed over at least once, whole, and more than once
 * only where the record has the reason, for that very join; and nobody charged or poisoned for what others did.
 */
final class Audit {

    /** Why a join was handed over once more. */
    enum Reason {
        /** Its process was killed during the call that handed it over, or before the call could write it off. */
        KILL,
        /** Its lease ran out during the call that handed it over. */
        LEASE,
        /** Its last write failed, and the call said so. */
        LAST_WRITE,
        /** Its handler threw. */
        THROWN,
        /** Its handler was interrupted. */
        INTERRUPTED
    }

    /** One hand-over as its process recorded it. */
    private static final class HandOver {
        final Line before;
        final boolean killed;
        /** What it was given; more than once if it read more than once. */
        final List<String> contents = new ArrayList<>();

        boolean returned;
        boolean threw;
        boolean interrupted;
        boolean confirmed;
        boolean unconfirmed;
        long ended = Long.MAX_VALUE;

        HandOver(Line before, boolean killed) {
            this.before = before;
            this.killed = killed;
        }

        /** A token is the time of its claim in microseconds, unless clocks have gone back. */
        long claimedAt() {
            return before.token() / 1_000;
        }
    }

    /** How long a node may take to stop. */
    static final Duration GRACE = Duration.ofSeconds(10);

    /** The longest backoff of an interrupted hand-over. */
    private static final long BACKOFF_MILLIS = 100;

    private final Behaviour behaviour;
    private final long leaseMillis;
    private final Map<String, List<HandOver>> handOvers = new HashMap<>();
    private final Map<String, List<Line>> poisoned = new HashMap<>();
    private final Set<String> parked = new HashSet<>();
    private final Map<Reason, Integer> repeated = new EnumMap<>(Reason.class);
    private final List<String> broken = new ArrayList<>();
    private int lost;
    private int unexplained;
    private int stops;
    private Duration longestStop = Duration.ZERO;

    Audit(Behaviour behaviour) {
        this.behaviour = behaviour;
        leaseMillis = behaviour.lease().toMillis();
    }

    /** Takes in the ledger of one process. */
    void read(Path ledger, boolean killed) throws IOException {
        add(Ledger.read(ledger), killed);
    }

    void add(List<Line> lines, boolean killed) {
        Map<Long, List<HandOver>> ofCall = new HashMap<>();
        for (Line line : lines) {
            List<HandOver> inCall = ofCall.computeIfAbsent(line.call(), call -> new ArrayList<>());
            switch (line.kind()) {
                case CALL -> {}
                case BEFORE -> {
                    HandOver handOver = new HandOver(line, killed);
                    inCall.add(handOver);
                    if (!behaviour.collects()) {
                        handOver.contents.add(line.value());
                    }
                    handOvers
                            .computeIfAbsent(line.key(), key -> new ArrayList<>())
                            .add(handOver);
                }
                case READ -> latest(inCall, line.key()).contents.add(line.value());
                case GONE -> judgeGone(latest(inCall, line.key()), line);
                case AFTER -> latest(inCall, line.key()).returned = true;
                case THREW -> latest(inCall, line.key()).threw = true;
                case INTERRUPTED -> latest(inCall, line.key()).interrupted = true;
                case CONFIRMED -> latest(inCall, line.key()).confirmed = true;
                case UNCONFIRMED -> latest(inCall, line.key()).unconfirmed = true;
                case POISONED ->
                    poisoned.computeIfAbsent(line.key(), key -> new ArrayList<>())
                            .add(line);
                case FLAG_LOST -> broken.add("call " + line.call() + " was interrupted, and its thread is not");
                case END -> inCall.forEach(handOver -> handOver.ended = line.at());
            }
        }
    }

    private static HandOver latest(List<HandOver> handOvers, String key) {
        for (int i = handOvers.size() - 1; i >= 0; i--) {
            if (handOvers.get(i).before.key().equals(key)) {
                return handOvers.get(i);
            }
        }
        throw new IllegalStateException("a ledger has the end of a hand-over of " + key + " without its beginning");
    }

    /** A node was asked to stop, and took so long. */
    synchronized void stopped(String node, Duration took) {
        stops++;
        longestStop = took.compareTo(longestStop) > 0 ? took : longestStop;
        if (took.compareTo(GRACE) > 0) {
            broken.add(node + " took " + took + " to stop, its grace is " + GRACE);
        }
    }

    /** What is in the store while all nodes are stopped: due at once, or after the backoff of what was interrupted. */
    void leftByStoppedNodes(Map<String, JoinState<String>> held, long now) {
        held.forEach((key, state) -> {
            for (Flight<String> flight : state.inFlight()) {
                long dueBy = flight.status() == Flight.Status.GIVEN_BACK ? now : now + BACKOFF_MILLIS;
                if (flight.isClaimed()) {
                    broken.add(key + " is claimed by a node that has stopped");
                } else if (flight.dueAt() > dueBy) {
                    broken.add(key + " waits for " + (flight.dueAt() - now) + " ms though its node has stopped");
                }
            }
        });
    }

    /** What is in the store when all is done: memories, and what is parked. */
    void leftAtTheEnd(Map<String, JoinState<String>> held) {
        held.forEach((key, state) -> {
            if (state.open() != null) {
                broken.add(key + " is left open: " + state);
            }
            for (Flight<String> flight : state.inFlight()) {
                if (flight.isParked()) {
                    parked.add(key);
                } else {
                    broken.add(key + " is left in flight: " + state);
                }
            }
            if (state.ended().stream().anyMatch(ended -> ended.parts() > 0)) {
                broken.add(key + " has ended, and its parts are left: " + state);
            }
        });
    }

    /** What the store has of parts is what its states say, and so nothing where there are no states. */
    void keptApart(PartRows rows, Map<String, JoinState<String>> held) {
        PartRows counted = PartRows.countedIn(held.values());
        if (!rows.equals(counted)) {
            broken.add("the store has " + rows + ", and its states count " + counted);
        }
    }

    /** What is in the store when all that is remembered is over. */
    void leftAfterAll(Map<String, JoinState<String>> held) {
        held.forEach((key, state) -> broken.add(key + " is never forgotten: " + state));
    }

    /** Looks at each join. */
    void judge(Collection<String> keys) {
        for (String key : keys) {
            List<HandOver> ofKey = handOvers.getOrDefault(key, List.of()).stream()
                    .sorted(Comparator.comparingLong(handOver -> handOver.before.token()))
                    .toList();
            if (Part.isKiller(key)) {
                judgeKiller(key, ofKey);
            } else {
                judgeInnocent(key, ofKey);
            }
            judgeContents(key, ofKey);
            for (int i = 0; i < ofKey.size(); i++) {
                if (i > 0) {
                    judgeRepetition(ofKey.get(i - 1), ofKey.get(i));
                }
            }
        }
        Set<String> strangers = new TreeSet<>(handOvers.keySet());
        strangers.removeAll(new HashSet<>(keys));
        strangers.forEach(key -> broken.add(key + " was handed over and never sent"));
    }

    /** Begun for each attempt, and once more if it was claimed together with others at first; and then out of the way. */
    private void judgeKiller(String key, List<HandOver> ofKey) {
        int begins = ofKey.size();
        if (begins < behaviour.maxAttempts() || begins > behaviour.maxAttempts() + 1) {
            broken.add(key + " kills its process, and was begun " + begins + " times with " + behaviour.maxAttempts()
                    + " attempts");
        }
        int ends = poisoned.getOrDefault(key, List.of()).size() + (parked.contains(key) ? 1 : 0);
        if (ends != 1 || behaviour.parks() != parked.contains(key)) {
            broken.add(key + " kills its process, and was "
                    + (parked.contains(key) ? "parked" : "poisoned " + ends + " times"));
        }
    }

    private void judgeInnocent(String key, List<HandOver> ofKey) {
        if (ofKey.stream().noneMatch(handOver -> handOver.returned)) {
            lost++;
            broken.add(key + " was never handed over to the end");
        }
        int charged = 0;
        for (HandOver handOver : ofKey) {
            judgeCharge(handOver.before, charged + 1);
            charged += mayBeCharged(handOver) ? 1 : 0;
        }
        for (Line line : poisoned.getOrDefault(key, List.of())) {
            if (charged < behaviour.maxAttempts()) {
                broken.add(key + " was poisoned after " + line.attempt() + " attempts, of which " + charged
                        + " are its own");
            }
        }
        if (parked.contains(key)) {
            broken.add(key + " was parked");
        }
    }

    /** Where processes are killed from outside, one may have been killed after a lone claim and before its handler. */
    private void judgeCharge(Line before, int most) {
        if (behaviour.trouble() != Trouble.THROWS && before.attempt() > most) {
            broken.add(before.key() + " was charged for what others did: " + before.text());
        }
    }

    /** Whether an attempt of the join's own was used: its handler threw, or took so long that it was taken for dead. */
    private boolean mayBeCharged(HandOver handOver) {
        boolean isOvertaken = handOver.ended != Long.MAX_VALUE && handOver.ended >= handOver.claimedAt() + leaseMillis;
        return handOver.threw || isOvertaken;
    }

    private void judgeContents(String key, List<HandOver> ofKey) {
        List<String> contents =
                ofKey.stream().flatMap(handOver -> handOver.contents.stream()).toList();
        for (String content : contents) {
            if (!(behaviour.collects() ? Contents.areWhole(key, content) : Part.isWhole(key, content))) {
                broken.add(key + " was handed over as " + content);
            }
            if (!content.equals(contents.get(0))) {
                broken.add(key + " was handed over as " + contents.get(0) + " and as " + content);
            }
        }
        for (HandOver handOver : ofKey) {
            if (handOver.returned && handOver.contents.isEmpty()) {
                broken.add(key + " was handed over, and its handler read nothing");
            }
        }
    }

    /** Another node may have ended the join, but not before the lease is over. */
    private void judgeGone(HandOver handOver, Line gone) {
        if (gone.at() < handOver.claimedAt() + leaseMillis) {
            broken.add(gone.key() + " lost its parts to nobody: " + gone.text());
        }
    }

    private void judgeRepetition(HandOver former, HandOver next) {
        if (next.before.token() <= former.before.token()) {
            broken.add(next.before.key() + " has tokens that do not grow");
        }
        // One that was claimed together with others is charged when the store is told that it threw.
        boolean isCharged = former.threw && !former.unconfirmed && former.ended < next.claimedAt();
        if (next.before.attempt() < former.before.attempt() + (isCharged ? 1 : 0)) {
            broken.add(next.before.key() + " has attempts that do not grow");
        }
        Reason reason = reason(former, next);
        if (reason == null) {
            unexplained++;
            broken.add(former.before.key() + " was handed over again without a reason: " + former.before.text()
                    + " and then " + next.before.text());
        } else {
            repeated.merge(reason, 1, Integer::sum);
        }
    }

    private Reason reason(HandOver former, HandOver next) {
        long claimedAgain = next.claimedAt();
        if (former.threw) {
            return Reason.THROWN;
        }
        if (former.interrupted) {
            return Reason.INTERRUPTED;
        }
        if (former.confirmed) {
            return null;
        }
        if (claimedAgain < former.claimedAt() + leaseMillis) {
            return null;
        }
        if (former.ended == Long.MAX_VALUE) {
            return former.killed ? Reason.KILL : null;
        }
        if (former.ended >= claimedAgain) {
            return Reason.LEASE;
        }
        return former.unconfirmed ? Reason.LAST_WRITE : null;
    }

    int handOverCount() {
        return handOvers.values().stream().mapToInt(List::size).sum();
    }

    int repeated(Reason reason) {
        return repeated.getOrDefault(reason, 0);
    }

    int lost() {
        return lost;
    }

    int unexplained() {
        return unexplained;
    }

    /** How many nodes were asked to stop. */
    int stops() {
        return stops;
    }

    Duration longestStop() {
        return longestStop;
    }

    /** What was not as promised, in words. */
    List<String> broken() {
        return broken;
    }
}

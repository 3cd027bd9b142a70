package dev.joiner.campaign;

import dev.joiner.campaign.Ledger.Line;
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
 * only where the record has the reason, for that very join.
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
        THROWN
    }

    /** One hand-over as its process recorded it. */
    private static final class HandOver {
        final Line before;
        final boolean killed;
        boolean returned;
        boolean threw;
        boolean confirmed;
        boolean unconfirmed;
        long ended = Long.MAX_VALUE;

        HandOver(Line before, boolean killed) {
            this.before = before;
            this.killed = killed;
        }
    }

    private final long leaseMillis;
    private final Map<String, List<HandOver>> handOvers = new HashMap<>();
    private final Map<Reason, Integer> repeated = new EnumMap<>(Reason.class);
    private final List<String> broken = new ArrayList<>();
    private int lost;
    private int unexplained;

    Audit(Duration lease) {
        leaseMillis = lease.toMillis();
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
                    handOvers
                            .computeIfAbsent(line.key(), key -> new ArrayList<>())
                            .add(handOver);
                }
                case AFTER -> latest(inCall, line.key()).returned = true;
                case THREW -> latest(inCall, line.key()).threw = true;
                case CONFIRMED -> latest(inCall, line.key()).confirmed = true;
                case UNCONFIRMED -> latest(inCall, line.key()).unconfirmed = true;
                case POISONED -> broken.add(line.key() + " was poisoned after " + line.attempt() + " attempts");
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

    /** Looks at each join. */
    void judge(Collection<String> keys) {
        for (String key : keys) {
            List<HandOver> ofKey = handOvers.getOrDefault(key, List.of()).stream()
                    .sorted(Comparator.comparingLong(handOver -> handOver.before.token()))
                    .toList();
            if (ofKey.stream().noneMatch(handOver -> handOver.returned)) {
                lost++;
                broken.add(key + " was never handed over to the end");
            }
            for (int i = 0; i < ofKey.size(); i++) {
                judgeContent(key, ofKey.get(i), ofKey.get(0));
                if (i > 0) {
                    judgeRepetition(ofKey.get(i - 1), ofKey.get(i));
                }
            }
        }
        Set<String> strangers = new TreeSet<>(handOvers.keySet());
        strangers.removeAll(new HashSet<>(keys));
        strangers.forEach(key -> broken.add(key + " was handed over and never sent"));
    }

    private void judgeContent(String key, HandOver handOver, HandOver first) {
        String value = handOver.before.value();
        if (!Part.isWhole(key, value)) {
            broken.add(key + " was handed over as " + value);
        }
        if (!value.equals(first.before.value())) {
            broken.add(key + " was handed over as " + first.before.value() + " and as " + value);
        }
    }

    private void judgeRepetition(HandOver former, HandOver next) {
        if (next.before.token() <= former.before.token() || next.before.attempt() <= former.before.attempt()) {
            broken.add(next.before.key() + " has tokens or attempts that do not grow");
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

    /** A token is the time of its claim in microseconds, unless clocks have gone back. */
    private Reason reason(HandOver former, HandOver next) {
        long claimed = former.before.token() / 1_000;
        long claimedAgain = next.before.token() / 1_000;
        if (former.threw) {
            return Reason.THROWN;
        }
        if (former.confirmed) {
            return null;
        }
        if (claimedAgain < claimed + leaseMillis) {
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

    /** What was not as promised, in words. */
    List<String> broken() {
        return broken;
    }
}

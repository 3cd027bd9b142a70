package dev.joiner.explorer;

import dev.joiner.explorer.Setting.Fault;
import dev.joiner.explorer.Setting.Options;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The small worlds that are explored: each with one promise in mind, and small enough to be explored whole. */
final class Settings {
    private static final Duration EXPIRY = Duration.ofMinutes(10);
    private static final Duration MEMORY = Duration.ofHours(1);
    private static final long ONE_MINUTE = 60_000;

    private static final Options NOTHING = (words, hands) -> words;
    private static final Options IDS = (words, hands) -> words.identifiedBy(letter -> letter);
    private static final Options IDS_KEPT = (words, hands) -> words.identifiedBy(letter -> letter, MEMORY);
    private static final Options CLOSED = (words, hands) -> words.rememberFor(MEMORY);
    private static final Options EXPIRING =
            (words, hands) -> words.expireAfter(EXPIRY).onExpired(hands.expired());
    private static final Options RETRYING = (words, hands) -> words.retry(2).onPoisoned(hands.poisoned());
    private static final Options ONCE = (words, hands) -> words.retry(1).onPoisoned(hands.poisoned());
    private static final Options PARKING = (words, hands) -> words.retry(1).parkPoisoned();

    private Settings() {}

    private static Options both(Options one, Options other) {
        return (words, hands) -> other.add(one.add(words, hands), hands);
    }

    /** What to explore now. */
    static List<Setting> chosen() {
        return areThorough() ? thorough() : brief();
    }

    static boolean areThorough() {
        return "long".equals(System.getProperty("explorer"));
    }

    /** What each build explores. */
    static List<Setting> brief() {
        List<Setting> settings = new ArrayList<>();
        settings.add(Setting.of("2 parts", 2, NOTHING, "a", "b", "c")
                .with(budget -> budget.faults(1).jumps(1).sweeps(1)));
        settings.add(Setting.of("3 parts", 3, NOTHING, "a", "b", "c")
                .with(budget -> budget.faults(1).jumps(1).sweeps(1)));
        settings.add(Setting.of("ids, 2 parts", 2, IDS, "a", "b", "c")
                .with(budget -> budget.faults(1).jumps(1).sweeps(1)));
        settings.add(Setting.of("ids, 2 parts, redelivery", 2, IDS, "a", "b")
                .with(budget -> budget.faults(1).jumps(1).sweeps(1).redeliveries(2)));
        settings.add(Setting.of("ids, 3 parts", 3, IDS, "a", "b", "c")
                .with(budget -> budget.faults(2).jumps(1).sweeps(1)));
        settings.add(Setting.of("ids, two faults", 2, IDS, "a", "b")
                .with(budget -> budget.faults(2).jumps(1).sweeps(2).redeliveries(1)));
        settings.add(Setting.of("ids, two rounds", 2, IDS, "a", "b", "c", "d").with(budget -> budget.faults(1)));
        settings.add(Setting.of("ids kept", 2, IDS_KEPT, "a", "b", "c")
                .with(budget -> budget.faults(1).redeliveries(2)));
        settings.add(Setting.of("ids kept, memory over", 2, IDS_KEPT, "a", "b")
                .with(budget -> budget.faults(1).jumps(2).sweeps(2).redeliveries(1)));
        settings.add(Setting.of("rememberFor", 2, CLOSED, "a", "b", "c")
                .with(budget -> budget.faults(1).jumps(2).sweeps(1)));
        settings.add(Setting.of("rememberFor and ids", 2, both(IDS, CLOSED), "a", "b", "c")
                .with(budget -> budget.faults(1).jumps(1).sweeps(1).redeliveries(1)));
        settings.add(Setting.of("onExpired", 2, both(IDS, EXPIRING), "a", "b")
                .with(budget -> budget.faults(1).jumps(2).sweeps(2)));
        settings.add(Setting.of("onExpired, ids kept", 2, both(IDS_KEPT, EXPIRING), "a", "b", "c")
                .with(budget -> budget.faults(1).jumps(1).sweeps(1)));
        settings.add(Setting.of(
                        "joinOnExpiry, 3 parts",
                        3,
                        both(
                                IDS,
                                (words, hands) -> words.expireAfterIdle(EXPIRY).joinOnExpiry()),
                        "a",
                        "b",
                        "c")
                .with(budget -> budget.faults(1).jumps(1).sweeps(1)));
        settings.add(Setting.of("keepAfterJoin", 2, both(IDS, keeping()), "a", "b", "c")
                .with(budget -> budget.faults(1).jumps(1).sweeps(1)));
        settings.add(Setting.of("atMostOnce", 2, both(both(IDS_KEPT, EXPIRING), atMostOnce()), "a", "b", "c")
                .with(budget -> budget.faults(1).jumps(1).sweeps(1).redeliveries(1)));
        settings.add(Setting.of("retry", 2, both(IDS, RETRYING), "a", "b")
                .only(Fault.HANDLER, Fault.CRASH)
                .with(budget -> budget.faults(2).jumps(1).sweeps(1).redeliveries(1)));
        settings.add(Setting.of("retry by sweeps", 2, both(IDS, RETRYING), "a", "b")
                .only(Fault.HANDLER, Fault.CRASH)
                .with(budget -> budget.faults(3).jumps(2).sweeps(2)));
        settings.add(Setting.of("retry of the expired", 2, both(both(IDS, EXPIRING), RETRYING), "a")
                .with(budget -> budget.faults(2).jumps(3).sweeps(3)));
        settings.add(Setting.of("release and drop", 2, IDS_KEPT, "a", "b", "c")
                .with(budget -> budget.faults(1).releases(1).drops(1)));
        settings.add(Setting.of("release and drop in time", 2, both(IDS, EXPIRING), "a", "b")
                .with(budget -> budget.faults(1).jumps(1).sweeps(1).releases(1).drops(1)));
        settings.add(Setting.of("batches", 2, IDS, "abc", "d")
                .with(budget -> budget.faults(1).jumps(1).sweeps(1)));
        settings.add(Setting.of("two batches", 2, IDS_KEPT, "abc", "de")
                .with(budget -> budget.faults(1).redeliveries(1)));
        settings.add(Setting.of("batch that outlives its lease", 2, both(IDS_KEPT, RETRYING), "abcd")
                .with(budget -> budget.faults(1).jumps(2).sweeps(2)));
        settings.add(Setting.of("stale guesses", 2, IDS_KEPT, "a", "b", "c")
                .guessing()
                .with(budget -> budget.faults(1)));
        settings.add(Setting.of("stale guesses of a closed key", 2, CLOSED, "a", "b", "c")
                .guessing()
                .with(budget -> budget.jumps(1).sweeps(1)));
        settings.add(Setting.of("skewed clocks", 2, both(IDS, EXPIRING), "a", "b")
                .skewed(ONE_MINUTE / 2)
                .with(budget -> budget.faults(1).jumps(1).sweeps(2)));
        settings.add(Setting.of("clocks skewed beyond the lease", 2, both(IDS_KEPT, RETRYING), "a", "b", "c")
                .skewed(2 * ONE_MINUTE)
                .with(budget -> budget.faults(1).sweeps(2)));
        settings.add(Setting.of("settled without ids", 2, RETRYING, "a", "b", "c")
                .only(Fault.HANDLER)
                .with(budget -> budget.faults(2).sweeps(1)));
        settings.add(Setting.of("one that kills among others", 2, both(IDS, ONCE), "abcd")
                .only(Fault.CRASH)
                .with(budget -> budget.faults(2).jumps(2).sweeps(1)));
        settings.add(Setting.of("one that kills, twice allowed", 2, both(IDS, RETRYING), "ab")
                .only(Fault.CRASH)
                .with(budget -> budget.faults(3).jumps(2).sweeps(2)));
        settings.add(Setting.of("one that kills and expires", 2, both(both(IDS, EXPIRING), ONCE), "a")
                .only(Fault.CRASH)
                .with(budget -> budget.faults(3).jumps(3).sweeps(2)));
        settings.add(Setting.of("suspects that are stopped", 2, both(IDS, ONCE), "abcd")
                .only(Fault.CRASH)
                .with(budget -> budget.faults(1).stops(1).jumps(1).sweeps(2)));
        settings.add(Setting.of("answers of claims are lost", 2, both(IDS, ONCE), "a", "b")
                .only(Fault.STORE)
                .with(budget -> budget.faults(2).jumps(1).sweeps(1)));
        settings.add(Setting.of("stopped", 2, both(IDS, ONCE), "a", "b", "c")
                .only(Fault.CRASH, Fault.STORE)
                .with(budget -> budget.faults(1).stops(2).jumps(1).sweeps(1)));
        settings.add(Setting.of("stopped without ids", 2, NOTHING, "a", "b", "c")
                .only(Fault.HANDLER)
                .with(budget -> budget.faults(1).stops(1).sweeps(1)));
        settings.add(Setting.of("stopped in a batch", 2, both(IDS_KEPT, ONCE), "abcd", "e")
                .with(budget -> budget.faults(1).stops(1).sweeps(1)));
        settings.add(Setting.of("stopped in a sweep", 2, both(both(IDS, EXPIRING), ONCE), "a")
                .with(budget -> budget.faults(1).stops(2).jumps(2).sweeps(2)));
        settings.add(Setting.of("stopped, and late", 2, both(IDS, CLOSED), "a", "b", "c")
                .with(budget -> budget.stops(1).jumps(1).sweeps(1)));
        settings.add(Setting.of("atMostOnce, stopped in a batch", 2, both(IDS_KEPT, atMostOnce()), "abcd")
                .with(budget -> budget.faults(1).stops(1).sweeps(1)));
        settings.add(Setting.of("parked", 2, both(IDS, PARKING), "a", "b")
                .only(Fault.HANDLER, Fault.CRASH)
                .with(budget -> budget.faults(2).jumps(2).sweeps(1).releases(1)));
        settings.add(Setting.of("parked and late", 2, both(CLOSED, PARKING), "a", "b", "c")
                .only(Fault.HANDLER)
                .with(budget -> budget.faults(1).releases(1).drops(1)));
        settings.add(Setting.of("release of suspects", 2, both(IDS_KEPT, RETRYING), "abcd")
                .only(Fault.CRASH, Fault.HANDLER)
                .with(budget -> budget.faults(2).jumps(1).sweeps(1).releases(2)));
        settings.add(Setting.of("rounds", 2, both(IDS_KEPT, (words, hands) -> words.maxInFlight(1)), "abcde", "f")
                .with(budget -> budget.faults(1).sweeps(1)));
        settings.add(Setting.of("keepAfterJoin, unchanged", 2, both(IDS, keeping()), "a", "b", "z")
                .with(budget -> budget.faults(1).sweeps(1).redeliveries(1)));
        settings.add(Setting.of("keepAfterJoin, unchanged without ids", 2, keeping(), "a", "b", "z")
                .with(budget -> budget.faults(1).sweeps(1)));
        settings.add(Setting.of("reexamined", 3, IDS_KEPT, "a", "b", "c")
                .with(budget -> budget.faults(1).stops(1).sweeps(1).reexaminations(1)));
        settings.add(Setting.of("reexamined, kept", 3, both(IDS, keeping()), "a", "b", "c")
                .with(budget -> budget.faults(1).reexaminations(1)));
        settings.add(Setting.of("renewal", 2, IDS, "a", "b")
                .renewing()
                .with(budget -> budget.faults(1).jumps(2).sweeps(2)));
        settings.addAll(collecting());
        return settings;
    }

    /** Each in a store that keeps parts in states, and in one that keeps them apart. */
    private static List<Setting> collecting() {
        List<Setting> collecting = new ArrayList<>();
        collecting.add(Setting.of("collecting", 3, IDS, "a", "b", "c")
                .collecting()
                .with(budget -> budget.faults(1).jumps(1).sweeps(1).redeliveries(1)));
        collecting.add(Setting.of("collecting, ids kept, two rounds", 2, IDS_KEPT, "abc", "d")
                .collecting()
                .with(budget -> budget.faults(1).redeliveries(1)));
        collecting.add(Setting.of("collecting without ids", 2, NOTHING, "a", "b", "c")
                .only(Fault.HANDLER, Fault.CRASH)
                .collecting()
                .with(budget -> budget.faults(1).sweeps(1)));
        collecting.add(Setting.of("collecting, poisoned and expired", 2, both(both(IDS, EXPIRING), ONCE), "ab", "c")
                .collecting()
                .with(budget -> budget.faults(1).jumps(1).sweeps(2)));
        collecting.add(Setting.of("collecting, released, dropped and reexamined", 3, IDS, "a", "b", "c")
                .collecting()
                .with(budget -> budget.faults(1).releases(1).drops(1).reexaminations(1)));
        collecting.add(Setting.of("collecting, late", 2, both(IDS, CLOSED), "a", "b", "c")
                .collecting()
                .with(budget -> budget.faults(1).redeliveries(1)));
        collecting.add(Setting.of("collecting, ids kept until a time", 2, IDS_KEPT, "a", "b")
                .collecting()
                .only(Fault.CRASH)
                .with(budget -> budget.jumps(1).sweeps(2).redeliveries(2)));
        collecting.add(Setting.of("collecting, ids that come again", 2, IDS, "a", "b")
                .collecting()
                .only(Fault.CRASH)
                .with(budget -> budget.faults(1).sweeps(1).redeliveries(2)));
        List<Setting> all = new ArrayList<>(collecting);
        for (Setting setting : collecting) {
            Setting apart = setting.keepingPartsApart();
            all.add(
                    switch (setting.name()) { // reads of parts are steps of their own, so that less has to do
                        case "collecting" -> apart.with(budget -> budget.jumps(0));
                        case "collecting, poisoned and expired" -> apart.with(budget -> budget.faults(0));
                        case "collecting, ids kept until a time" -> apart.with(budget -> budget.sweeps(1));
                        case "collecting, ids that come again" -> apart.with(budget -> budget.redeliveries(1));
                        case "collecting, released, dropped and reexamined" ->
                            apart.with(budget -> budget.faults(0).reexaminations(0));
                        default -> apart;
                    });
        }
        return all;
    }

    private static Options keeping() {
        return both(EXPIRING, (words, hands) -> words.keepAfterJoin());
    }

    private static Options atMostOnce() {
        return (words, hands) -> words.atMostOnce();
    }

    /** What takes minutes: the same, disturbed more. */
    static List<Setting> thorough() {
        return brief().stream()
                .map(setting -> setting.with(budget -> budget.faults(budget.faults() + 1)))
                .toList();
    }
}

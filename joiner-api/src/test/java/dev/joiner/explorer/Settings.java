package dev.joiner.explorer;

import java.time.Duration;
import java.util.List;

/** The small worlds that are explored. */
final class Settings {
    private Settings() {}

    static List<Setting> thorough() {
        return all();
    }

    static List<Setting> all() {
        return List.of(
                Setting.of("plain, 2 parts", 2, (words, hands) -> words, "a", "b", "c")
                        .with(budget -> budget.faults(1).jumps(1).sweeps(1)),
                Setting.of("ids, 2 parts", 2, (words, hands) -> words.identifiedBy(letter -> letter), "a", "b", "c")
                        .with(budget -> budget.faults(1).jumps(1).sweeps(1).redeliveries(1)),
                Setting.of(
                                "ids kept, 2 parts",
                                2,
                                (words, hands) -> words.identifiedBy(letter -> letter, Duration.ofSeconds(100)),
                                "a",
                                "b",
                                "c")
                        .with(budget -> budget.faults(1).jumps(1).sweeps(1).redeliveries(1)));
    }
}

package dev.joiner.store.memory;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Options;
import org.jetbrains.lincheck.datastructures.StressOptions;

/**
 * How hard Lincheck tries. It makes up scenarios, a few calls on each of two threads, and runs each of them many times;
 * a result that no sequence of the calls could have is a failure, and is printed with its schedule.
 *
 * <p>Twelve scenarios by default; {@code -Dlincheck.scenarios=…} says how many.
 */
final class Schedules {
    /** The tag of tests that take minutes. Only a profile runs them. */
    static final String SLOW = "slow";

    private static final int SCENARIOS = Integer.getInteger("lincheck.scenarios", 12);

    private Schedules() {}

    /** One thread runs at a time, and Lincheck chooses where to switch: each run is another schedule. */
    static ModelCheckingOptions modelChecked() {
        return sized(new ModelCheckingOptions()).invocationsPerIteration(30);
    }

    /** The threads run at full speed. */
    static StressOptions stressed() {
        return sized(new StressOptions()).invocationsPerIteration(200);
    }

    private static <O extends Options<O, ?>> O sized(O options) {
        return options.iterations(SCENARIOS)
                .threads(2)
                .actorsBefore(2)
                .actorsPerThread(2)
                .actorsAfter(2);
    }
}

package dev.joiner.campaign;

import java.time.Duration;

/**
 * What a node does of its own accord.
 *
 * @param maxAttempts how often a handler may fail
 * @param parks whether what has failed so often is parked; otherwise it goes to {@code onPoisoned}
 * @param longestMicros how long a handler takes at most
 */
record Behaviour(Trouble trouble, Duration lease, int maxAttempts, boolean parks, int longestMicros) {
    private static final int NEVER_POISONED = 1_000;

    /** What goes wrong in a node. */
    enum Trouble {
        /** Nothing. */
        NONE,
        /** One in a hundred first attempts throws. */
        THROWS,
        /** Handlers wait for the word {@code go} on standard input. The node sweeps at its end only. */
        HOLDS,
        /** Threads are interrupted at random while they are in a call. */
        INTERRUPTS,
        /**
         * The handlers of some joins halt the process. It has one thread, so that nothing else is under way when they do.
         */
        HALTS
    }

    /** What was not poisoned by then never is. */
    static Behaviour of(Trouble trouble, Duration lease) {
        return new Behaviour(trouble, lease, NEVER_POISONED, false, 2_000);
    }

    /** How many threads take messages. */
    int workers() {
        return trouble == Trouble.HALTS ? 1 : 2;
    }

    String[] arguments() {
        return new String[] {
            trouble.name(),
            Long.toString(lease.toMillis()),
            Integer.toString(maxAttempts),
            Boolean.toString(parks),
            Integer.toString(longestMicros)
        };
    }

    static Behaviour of(String... arguments) {
        return new Behaviour(
                Trouble.valueOf(arguments[0]),
                Duration.ofMillis(Long.parseLong(arguments[1])),
                Integer.parseInt(arguments[2]),
                Boolean.parseBoolean(arguments[3]),
                Integer.parseInt(arguments[4]));
    }
}

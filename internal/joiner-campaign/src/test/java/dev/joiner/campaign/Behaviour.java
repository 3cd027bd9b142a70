package dev.joiner.campaign;

import java.time.Duration;

/**
 * What a node does of its own accord.
 *
 * @param maxAttempts how often a handler may fail
 * @param parks whether what has failed so often is parked; otherwise it goes to {@code onPoisoned}
 * @param longestMicros how long a handler takes at most, beside what it reads
 * @param collects whether joins collect their parts, or merge them into their values
 */
record Behaviour(Trouble trouble, Duration lease, int maxAttempts, boolean parks, int longestMicros, boolean collects) {
    private static final int NEVER_POISONED = 1_000;

    /** What goes wrong in a node. */
    enum Trouble {
        /** Nothing. */
        NONE,
        /** Some first attempts throw. */
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

    Behaviour(Trouble trouble, Duration lease, int maxAttempts, boolean parks, int longestMicros) {
        this(trouble, lease, maxAttempts, parks, longestMicros, false);
    }

    /** What was not poisoned by then never is. */
    static Behaviour of(Trouble trouble, Duration lease) {
        return new Behaviour(trouble, lease, NEVER_POISONED, false, 2_000);
    }

    /** Joins collect. There are fewer of them, so handlers take longer, or hardly a kill would meet one. */
    Behaviour collecting() {
        return new Behaviour(trouble, lease, maxAttempts, parks, 60_000, true);
    }

    /** One in how many first attempts throws. */
    int throwsOneIn() {
        return collects ? 10 : 100;
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
            Integer.toString(longestMicros),
            Boolean.toString(collects)
        };
    }

    static Behaviour of(String... arguments) {
        return new Behaviour(
                Trouble.valueOf(arguments[0]),
                Duration.ofMillis(Long.parseLong(arguments[1])),
                Integer.parseInt(arguments[2]),
                Boolean.parseBoolean(arguments[3]),
                Integer.parseInt(arguments[4]),
                Boolean.parseBoolean(arguments[5]));
    }
}

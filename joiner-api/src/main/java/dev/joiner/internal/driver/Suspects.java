package dev.joiner.internal.driver;

import java.util.concurrent.Semaphore;

/**
 * The one suspect that this process may have under way: it may kill the process, and must not take another one with it. Not
 * re-entrant, since a handler of one may lead to another.
 */
final class Suspects {
    private static final Semaphore LANE = new Semaphore(1);

    private Suspects() {}

    static boolean tryEnter() {
        return LANE.tryAcquire();
    }

    static void leave() {
        LANE.release();
    }
}

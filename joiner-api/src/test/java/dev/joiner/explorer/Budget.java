package dev.joiner.explorer;

/**
 * How often a world may still be disturbed.
 *
 * @param faults crashes, failures of the store, handlers that throw
 * @param stops interrupts of a thread, and joiners that close
 * @param jumps of the time
 * @param sweeps that begin while nodes are at work
 * @param redeliveries of messages that are acknowledged, or still at work elsewhere
 * @param reexaminations by a node whose spec asks for a letter less
 */
record Budget(
        int faults, int stops, int jumps, int sweeps, int redeliveries, int releases, int drops, int reexaminations) {

    static final Budget NONE = new Budget(0, 0, 0, 0, 0, 0, 0, 0);

    Budget faults(int left) {
        return new Budget(left, stops, jumps, sweeps, redeliveries, releases, drops, reexaminations);
    }

    Budget stops(int left) {
        return new Budget(faults, left, jumps, sweeps, redeliveries, releases, drops, reexaminations);
    }

    Budget jumps(int left) {
        return new Budget(faults, stops, left, sweeps, redeliveries, releases, drops, reexaminations);
    }

    Budget sweeps(int left) {
        return new Budget(faults, stops, jumps, left, redeliveries, releases, drops, reexaminations);
    }

    Budget redeliveries(int left) {
        return new Budget(faults, stops, jumps, sweeps, left, releases, drops, reexaminations);
    }

    Budget releases(int left) {
        return new Budget(faults, stops, jumps, sweeps, redeliveries, left, drops, reexaminations);
    }

    Budget drops(int left) {
        return new Budget(faults, stops, jumps, sweeps, redeliveries, releases, left, reexaminations);
    }

    Budget reexaminations(int left) {
        return new Budget(faults, stops, jumps, sweeps, redeliveries, releases, drops, left);
    }
}

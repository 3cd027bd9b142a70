package dev.joiner.explorer;

/**
 * How often a world may still be disturbed.
 *
 * @param faults crashes, failures of the store, handlers that throw
 * @param jumps of the time
 * @param sweeps that begin while nodes are at work
 * @param redeliveries of messages that are acknowledged, or still at work elsewhere
 */
record Budget(int faults, int jumps, int sweeps, int redeliveries, int releases, int drops) {

    static final Budget NONE = new Budget(0, 0, 0, 0, 0, 0);

    Budget faults(int left) {
        return new Budget(left, jumps, sweeps, redeliveries, releases, drops);
    }

    Budget jumps(int left) {
        return new Budget(faults, left, sweeps, redeliveries, releases, drops);
    }

    Budget sweeps(int left) {
        return new Budget(faults, jumps, left, redeliveries, releases, drops);
    }

    Budget redeliveries(int left) {
        return new Budget(faults, jumps, sweeps, left, releases, drops);
    }

    Budget releases(int left) {
        return new Budget(faults, jumps, sweeps, redeliveries, left, drops);
    }

    Budget drops(int left) {
        return new Budget(faults, jumps, sweeps, redeliveries, releases, left);
    }
}

package dev.joiner.campaign;

/**
 * One call on one key of a store, in terms of versions; 0 stands for nothing.
 *
 * @param exchange whether it is an exchange; otherwise it only looks
 * @param won whether the exchange was
 * @param answer the version that the store held, after the call
 */
record StoreCall(boolean exchange, long expected, long next, boolean won, long answer) {

    static StoreCall found(long answer) {
        return new StoreCall(false, 0, 0, false, answer);
    }

    /** What this call makes of a key that holds a version; null if it would have had another answer. */
    static Long step(Long held, StoreCall call) {
        if (!call.exchange) {
            return held == call.answer ? held : null;
        }
        if (held != call.expected) {
            return !call.won && held == call.answer ? held : null;
        }
        return call.won && call.answer == call.next ? call.next : null;
    }
}

package dev.joiner.store.jdbc;

import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Join;
import org.jspecify.annotations.Nullable;

/**
 * One row of the table.
 *
 * @param dueAt null if it never is
 * @param firstAt when the oldest message in it arrived, null if there is none any more
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares or changes the bytes
record Row(
        String key,
        long version,
        byte[] state,
        @Nullable Long dueAt,
        @Nullable Long firstAt,
        int openParts,
        int inFlight,
        int attempts,
        @Nullable String lastError) {

    static Row of(String key, long version, byte[] bytes, JoinState<?> state) {
        Join<?> open = state.open();
        long firstAt = open == null ? JoinState.NEVER : open.firstAt();
        int attempts = 0;
        String lastError = null;
        for (Flight<?> flight : state.inFlight()) {
            firstAt = Math.min(firstAt, flight.join().firstAt());
            attempts = Math.max(attempts, flight.attempt());
            lastError = flight.lastError() == null ? lastError : flight.lastError();
        }
        return new Row(
                key,
                version,
                bytes,
                orNull(state.dueAt()),
                orNull(firstAt),
                open == null ? 0 : open.parts(),
                state.inFlight().size(),
                attempts,
                lastError == null ? null : lastError.replace('\0', '\ufffd')); // which PostgreSQL does not take
    }

    /** A row that stands for nothing: it is there only to be locked, until the transaction that wrote it ends. */
    static Row placeholder(String key, long version) {
        return new Row(key, version, new byte[0], null, null, 0, 0, 0, null);
    }

    Stored stored() {
        return new Stored(version, state);
    }

    private static @Nullable Long orNull(long time) {
        return time == JoinState.NEVER ? null : time;
    }
}

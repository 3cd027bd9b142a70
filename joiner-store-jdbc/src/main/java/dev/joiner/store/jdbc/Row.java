package dev.joiner.store.jdbc;

import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.StateCodec;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One row of the table.
 *
 * @param state all of the state, or if {@code value} is not null what comes before it
 * @param value the value of the oldest join in the state, if it is text
 * @param dueAt null if it never is
 * @param firstAt when the oldest message in it arrived, null if there is none any more
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares or changes the bytes
record Row(
        String key,
        long version,
        byte[] state,
        @Nullable String value,
        @Nullable Long dueAt,
        @Nullable Long firstAt,
        int openParts,
        int inFlight,
        int attempts,
        @Nullable String lastError) {

    /** When a placeholder is due: before all that is due by any clock that is set. */
    static final long PLACEHOLDER_DUE_AT = 0;

    private static final int NUMBERS_AND_NAMESPACE = 300;

    /** @param isText whether the bytes are said to be text from where the value begins */
    static Row of(String key, long version, byte[] bytes, boolean isText, JoinState<?> state) {
        int valueAt = isText ? StateCodec.valueAt(bytes) : bytes.length;
        String value = valueAt == bytes.length ? null : text(bytes, valueAt);
        Join<?> open = state.open();
        long firstAt = open == null ? JoinState.NEVER : open.firstAt();
        int attempts = 0;
        String lastError = null;
        for (Flight<?> flight : state.inFlight()) {
            firstAt = Math.min(firstAt, flight.join().firstAt());
            attempts = Math.max(attempts, flight.attempts());
            lastError = flight.lastError() == null ? lastError : flight.lastError();
        }
        return new Row(
                key,
                version,
                value == null ? bytes : Arrays.copyOf(bytes, valueAt),
                value,
                orNull(state.dueAt()),
                orNull(firstAt),
                open == null ? 0 : open.parts(),
                state.inFlight().size(),
                attempts,
                lastError == null ? null : lastError.replace('\0', '\ufffd')); // which PostgreSQL does not take
    }

    /** Null if the bytes are not text, or none that every database gives back. */
    private static @Nullable String text(byte[] bytes, int from) {
        String text = new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8);
        return text.indexOf('\0') >= 0 || text.indexOf('\ufffd') >= 0 ? null : text;
    }

    /**
     * A row that stands for nothing: it is there only to be locked, until the transaction that wrote it ends. A handler that
     * commits may leave it behind, so it is due: then a look for what is due takes it out. At a time of its own, so that counting
     * what is not a placeholder reads no other rows.
     */
    static Row placeholder(String key, long version) {
        return new Row(key, version, new byte[0], null, PLACEHOLDER_DUE_AT, null, 0, 0, 0, null);
    }

    /** How many bytes of a statement it takes, at most. */
    int bytes() {
        int characters = key.length() + length(lastError) + length(value);
        return state.length + 3 * characters + NUMBERS_AND_NAMESPACE;
    }

    private static int length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }

    Stored stored() {
        return Stored.of(version, state, value);
    }

    private static @Nullable Long orNull(long time) {
        return time == JoinState.NEVER ? null : time;
    }
}

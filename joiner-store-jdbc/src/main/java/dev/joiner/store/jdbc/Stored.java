package dev.joiner.store.jdbc;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What a row holds for the store: the rest of it is for people. */
@SuppressWarnings("ArrayRecordComponent") // nobody compares or changes the bytes
record Stored(long version, byte[] state) {

    /** @param value what the state ends with, if that is kept as text */
    static Stored of(long version, byte[] state, @Nullable String value) {
        if (value == null) {
            return new Stored(version, state);
        }
        byte[] end = value.getBytes(StandardCharsets.UTF_8);
        byte[] whole = Arrays.copyOf(state, state.length + end.length);
        System.arraycopy(end, 0, whole, state.length, end.length);
        return new Stored(version, whole);
    }

    /** Whether it stands for nothing: no state is empty. */
    boolean isPlaceholder() {
        return state.length == 0;
    }
}

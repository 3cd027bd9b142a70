package dev.joiner.internal;

import org.jspecify.annotations.Nullable;

/** Text of objects that are not ours, for messages: a {@code toString} that throws costs nobody more than its text. */
public final class SafeText {
    private SafeText() {}

    /** What the object says of itself, or its class if it cannot say it. */
    public static String of(@Nullable Object object) {
        try {
            return String.valueOf(object);
        } catch (Throwable e) {
            return nameOf(object) + " (its toString threw " + nameOf(e) + ")";
        }
    }

    /** What an exception says of itself without its class, for a message that goes on with it. */
    public static String messageOf(Throwable thrown) {
        try {
            String message = thrown.getMessage();
            return message == null ? nameOf(thrown) : message;
        } catch (Throwable e) {
            return nameOf(thrown) + " (its getMessage threw " + nameOf(e) + ")";
        }
    }

    private static String nameOf(@Nullable Object object) {
        return object == null ? "null" : object.getClass().getName();
    }
}

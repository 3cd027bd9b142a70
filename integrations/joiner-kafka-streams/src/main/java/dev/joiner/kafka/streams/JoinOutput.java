package dev.joiner.kafka.streams;

import java.util.Locale;
import java.util.Objects;

/** What comes out of a join. Each has a child of its own below the join's node in a topology. */
public enum JoinOutput {
    /** What {@code process} returned, unless that is null. */
    JOINED,
    /** Values whose {@code onExpired} has returned. */
    EXPIRED,
    /** Values whose {@code onPoisoned} has returned. */
    POISONED,
    /** Messages whose key was closed. */
    LATE,
    /** Messages whose id was known. */
    DUPLICATE,
    /** Messages that Joiner cannot take, with the reason as {@link JoinHeaders#error()}; nothing of them is written. */
    REFUSED,
    /** Bytes of states that are due and cannot be read, once an hour. They stay in their store. */
    UNREADABLE;

    /** The name of the child that this goes to, in a topology where the join's node has the name given. */
    public String childOf(String join) {
        return Objects.requireNonNull(join, "join") + "-" + name().toLowerCase(Locale.ROOT);
    }
}

package dev.joiner.micrometer;

import java.util.Locale;

/** How a handler ended. */
enum Ending {
    JOINED,
    EXPIRED,
    POISONED,
    FAILED;

    private final String tag = name().toLowerCase(Locale.ROOT);

    String tag() {
        return tag;
    }
}

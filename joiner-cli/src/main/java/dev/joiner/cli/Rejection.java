package dev.joiner.cli;

import org.jspecify.annotations.Nullable;

/**
 * A line that cannot be joined.
 *
 * @param text the line as far as it can be shown: bytes that are no UTF-8 are replaced, a line too long is cut
 * @param hint what may be wrong with more lines than this one; null if nothing is known
 */
record Rejection(
        Position at, String reason, String text, @Nullable Hint hint) implements Input {}

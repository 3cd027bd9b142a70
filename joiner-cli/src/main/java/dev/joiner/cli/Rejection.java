package dev.joiner.cli;

/**
 * A line that cannot be joined.
 *
 * @param text the line as far as it can be shown: bytes that are no UTF-8 are replaced, a line too long is cut
 */
record Rejection(Position at, String reason, String text) implements Input {}

package dev.joiner.store.jdbc;

import org.jspecify.annotations.Nullable;

/**
 * A row that is to be replaced, or taken out.
 *
 * @param expected the version that it must have
 * @param next null: nothing
 */
record RowChange(String key, long expected, @Nullable Row next) {}

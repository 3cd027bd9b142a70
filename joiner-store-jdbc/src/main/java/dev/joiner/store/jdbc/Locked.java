package dev.joiner.store.jdbc;

import org.jspecify.annotations.Nullable;

/**
 * A row that a transaction has locked.
 *
 * @param stored what was in it
 * @param transaction what tells the transaction from a later one of its connection; null where the database needs no such thing
 */
record Locked(Stored stored, @Nullable String transaction) {}

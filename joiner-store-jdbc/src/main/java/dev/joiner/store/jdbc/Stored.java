package dev.joiner.store.jdbc;

/** What a row holds for the store: the rest of it is for people. */
@SuppressWarnings("ArrayRecordComponent") // nobody compares or changes the bytes
record Stored(long version, byte[] state) {}

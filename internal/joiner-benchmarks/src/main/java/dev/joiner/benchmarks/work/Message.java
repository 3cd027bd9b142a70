package dev.joiner.benchmarks.work;

/**
 * One part of a thing.
 *
 * @param part which of them, from 0
 * @param parts how many the thing has
 * @param value not to be changed: all messages share it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Message(String key, int part, int parts, byte[] value) {}

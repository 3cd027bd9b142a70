package dev.joiner.store.jdbc;

import dev.joiner.spi.StoredParts.Part;

/**
 * One row of the table of parts.
 *
 * @param number of the join
 */
record PartRow(String key, long number, int position, Part part) {
    private static final int NUMBERS_AND_NAMESPACE = 300;

    /** How many bytes of a statement it takes, at most. */
    long bytes() {
        int characters = key.length() + (part.id() == null ? 0 : part.id().length());
        int bytes = part.bytes() == null ? 0 : part.bytes().length;
        return bytes + 3L * characters + NUMBERS_AND_NAMESPACE;
    }
}

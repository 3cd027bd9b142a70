package dev.joiner;

import java.util.List;

/**
 * What one sweep did.
 *
 * @param joined how many hand-overs to {@code process} returned
 * @param expired how many hand-overs to {@code onExpired} returned
 * @param poisoned how many hand-overs to {@code onPoisoned} returned
 * @param ended how many keys had something that ended quietly: a memory of joins, or a kept value
 * @param failures what could not be done, by key
 */
public record SweepReport(int joined, int expired, int poisoned, int ended, List<Failure> failures) {

    public SweepReport {
        failures = List.copyOf(failures);
    }

    /**
     * One key that a sweep could not do everything for.
     *
     * @param key the key, or its text if that is all that can be read
     * @param cause a {@link ProcessingException}, a {@link CodecException} or a {@link ContentionException}
     */
    public record Failure(Object key, Exception cause) {}
}

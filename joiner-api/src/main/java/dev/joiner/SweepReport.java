package dev.joiner;

import java.util.List;

/**
 * What one sweep did, or one {@link KeyedJoiner#reexamine}.
 *
 * @param joined how many hand-overs to {@code process} returned
 * @param expired how many hand-overs to {@code onExpired} returned
 * @param poisoned how many hand-overs to {@code onPoisoned} returned
 * @param parked how many joins were parked
 * @param ended how many keys had something that ended without a hand-over: a memory of joins, or a kept value
 * @param failed how many keys could not be dealt with completely
 * @param failures the first of them, at most {@value #MAX_FAILURES}
 */
public record SweepReport(
        int joined, int expired, int poisoned, int parked, int ended, int failed, List<Failure> failures) {

    /** How many failures a report names; the others are only counted. */
    public static final int MAX_FAILURES = 1_000;

    public SweepReport {
        failures = List.copyOf(failures);
    }

    /**
     * One key that could not be dealt with completely.
     *
     * @param key the key, or its text if that is all that can be read
     * @param cause why; a {@link JoinerException} unless a function of the spec threw
     */
    public record Failure(Object key, Throwable cause) {}
}

package dev.joiner.internal.driver;

import java.security.SecureRandom;
import java.util.concurrent.ThreadLocalRandom;

/** Where a joiner's random numbers come from. */
public interface Randomness {

    /** A random number that nobody else draws, for a version or a claim; never 0. */
    long nonce();

    /** From 0 to 1: where in the second half of a backoff the next attempt comes. */
    double jitter();

    /** The generators of this process. */
    static Randomness ofProcess() {
        return new Randomness() {
            /** Keeps the numbers of two processes apart even if their generators should begin alike. */
            private final long salt = new SecureRandom().nextLong();

            @Override
            public long nonce() {
                long random = ThreadLocalRandom.current().nextLong() ^ salt;
                return random == 0 ? salt : random;
            }

            @Override
            public double jitter() {
                return ThreadLocalRandom.current().nextDouble();
            }
        };
    }
}

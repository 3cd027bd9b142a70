package dev.joiner.spi;

import dev.joiner.CodecException;

/**
 * A state as a store held it at one moment, under the version that the writer of that state drew for it.
 *
 * <p>A version is a random number and is never used twice for a key, not even after a removal: a store compares it for
 * equality and makes nothing else of it. Two objects with the same version stand for the same write, and are equal.
 */
public abstract sealed class Versioned<V> {
    private final long version;

    private Versioned(long version) {
        this.version = version;
    }

    public static <V> Versioned<V> of(long version, JoinState<V> state) {
        return new Known<>(version, state);
    }

    /** An entry that is there under a version, but that cannot be decoded: {@link #state()} throws the exception. */
    public static <V> Versioned<V> unreadable(long version, CodecException problem) {
        return new Unreadable<>(version, problem);
    }

    public final long version() {
        return version;
    }

    /**
     * The state.
     *
     * @throws CodecException if the entry cannot be decoded
     */
    public abstract JoinState<V> state();

    @Override
    public final boolean equals(Object other) {
        return other instanceof Versioned<?> that && version == that.version;
    }

    @Override
    public final int hashCode() {
        return Long.hashCode(version);
    }

    private static final class Known<V> extends Versioned<V> {
        private final JoinState<V> state;

        Known(long version, JoinState<V> state) {
            super(version);
            this.state = state;
        }

        @Override
        public JoinState<V> state() {
            return state;
        }

        @Override
        public String toString() {
            return "Versioned[" + version() + ", " + state + "]";
        }
    }

    private static final class Unreadable<V> extends Versioned<V> {
        private final CodecException problem;

        Unreadable(long version, CodecException problem) {
            super(version);
            this.problem = problem;
        }

        @Override
        public JoinState<V> state() {
            throw problem;
        }

        @Override
        public String toString() {
            return "Versioned[" + version() + ", unreadable: " + problem.getMessage() + "]";
        }
    }
}

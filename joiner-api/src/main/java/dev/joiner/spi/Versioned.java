package dev.joiner.spi;

import dev.joiner.CodecException;
import org.jspecify.annotations.Nullable;

/**
 * A state as a store held it at one moment, under the version that the writer of that state drew for it.
 *
 * <p>A version is a random number and is never used twice for a key, not even after a removal. A store compares versions for
 * equality and attaches no other meaning to them. Two objects with the same version stand for the same write, and are equal.
 */
public abstract sealed class Versioned<V> {
    private final long version;

    private Versioned(long version) {
        this.version = version;
    }

    public static <V> Versioned<V> of(long version, JoinState<V> state) {
        return new Decoded<>(version, state);
    }

    /**
     * An entry that is there under a version, but that cannot be decoded.
     *
     * @param bytes what the store holds
     */
    public static <V> Versioned<V> unreadable(long version, byte[] bytes, CodecException problem) {
        return new Unreadable<>(version, bytes, problem);
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
    public final boolean equals(@Nullable Object other) {
        return other instanceof Versioned<?> that && version == that.version;
    }

    @Override
    public final int hashCode() {
        return Long.hashCode(version);
    }

    private static final class Decoded<V> extends Versioned<V> {
        private final JoinState<V> state;

        Decoded(long version, JoinState<V> state) {
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

    /** An entry that cannot be decoded. */
    public static final class Unreadable<V> extends Versioned<V> {
        private final byte[] bytes;
        private final CodecException problem;

        private Unreadable(long version, byte[] bytes, CodecException problem) {
            super(version);
            this.bytes = bytes.clone();
            this.problem = problem;
        }

        @Override
        public JoinState<V> state() {
            throw problem;
        }

        /** What the store holds. */
        public byte[] bytes() {
            return bytes.clone();
        }

        /** Why it cannot be decoded. */
        public CodecException problem() {
            return problem;
        }

        @Override
        public String toString() {
            return "Versioned[" + version() + ", unreadable: " + problem.getMessage() + "]";
        }
    }
}

package dev.joiner;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A join as people and tools see it: one that waits, that is being handed over, that failed, or that is remembered.
 *
 * <p>A snapshot; it does not change. A key may have several joins at a time.
 *
 * @param key null only for an entry whose key cannot be read; {@code lastError} names its text then
 * @param value empty if {@code status} is UNREADABLE or REMEMBERED
 * @param missing what the value lacks, as the spec's {@link JoinSpec.Builder#missing missing} says; empty if the spec has none, or
 *     if there is no value
 * @param parts how many messages were merged into the value; 0 if UNREADABLE
 * @param firstAt when the first of them arrived; empty if UNREADABLE or REMEMBERED
 * @param cause why it is handed over; empty while it waits
 * @param dueAt when a sweep will deal with it: the expiry of a join that waits, the end of a claim's lease, the next attempt
 *     of one that failed, the end of a memory; empty if no sweep ever will
 * @param attempts how many hand-overs were begun, as far as is known
 * @param lastError what the last failed attempt threw, or why an entry cannot be read
 * @param ids how many message ids are kept with it; of a join that ended and had more than ids, at most so many
 * @param handedOverAt when a REMEMBERED key's last join ended; empty for all others
 * @param bytes what the store holds, if that is UNREADABLE; empty for all others
 * @param collected the value with the parts that were collected for it; empty if the spec does not {@linkplain
 *     JoinSpec.Merged#collecting collect}, or if there is no value
 */
public record PendingJoin<K, V>(
        @Nullable K key,
        Status status,
        Optional<V> value,
        List<String> missing,
        int parts,
        Optional<Instant> firstAt,
        Optional<Cause> cause,
        Optional<Instant> dueAt,
        int attempts,
        Optional<String> lastError,
        int ids,
        Optional<Instant> handedOverAt,
        Optional<byte[]> bytes,
        Optional<Collected<V, ?>> collected) {
    public PendingJoin {
        missing = List.copyOf(missing);
    }

    /** What a join waits for. */
    public enum Status {
        /** It collects messages. */
        WAITING,
        /** A node hands it over, or died doing so: then another takes over once the lease has ended. */
        CLAIMED,
        /** Its last hand-over failed or was not begun; a sweep tries again. */
        FAILED,
        /** Its attempts are used up, and it waits for {@link KeyedJoiner#release} or {@link KeyedJoiner#drop}. */
        PARKED,
        /** What the store holds cannot be decoded. */
        UNREADABLE,
        /** It was handed over or dropped, and its key or its ids are remembered. */
        REMEMBERED
    }

    /**
     * Some joins, and where to go on.
     *
     * @param next the cursor of the next page, empty after the last
     */
    public record Page<K, V>(List<PendingJoin<K, V>> joins, Optional<String> next) {
        public Page {
            joins = List.copyOf(joins);
        }
    }

    /**
     * How many joins there are, by status; what is only remembered does not count.
     *
     * @param oldest when the first message of the oldest join arrived; empty if there is none
     */
    public record Counts(
            long waiting, long claimed, long failed, long parked, long unreadable, Optional<Instant> oldest) {

        /** How many there are in all. */
        public long all() {
            return waiting + claimed + failed + parked + unreadable;
        }
    }
}

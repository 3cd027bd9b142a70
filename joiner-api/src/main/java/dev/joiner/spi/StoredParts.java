package dev.joiner.spi;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a join has collected where the store keeps parts apart from states: how much it is, and under which number it is found.
 *
 * <p>Parts are appended by the write of the state that counts them, see {@link PartsChange}. Until then they are carried here;
 * {@link StateCodec} leaves them out. So they do not count for {@code equals}: what the store has is the same with and without.
 */
public final class StoredParts implements CollectedParts {
    private final long number;
    private final int size;
    private final long bytes;
    private final int withId;
    private final @Nullable Added last;
    private final Ids addedIds;

    private StoredParts(long number, int size, long bytes, int withId, @Nullable Added last, Ids addedIds) {
        this.number = number;
        this.size = size;
        this.bytes = bytes;
        this.withId = withId;
        this.last = last;
        this.addedIds = addedIds;
    }

    /** Parts that are in the store, all of them. */
    public static StoredParts of(long number, int size, long bytes, int withId) {
        return new StoredParts(number, size, bytes, withId, null, Ids.NONE);
    }

    /** Nothing yet, under a number that is never used twice. */
    public static StoredParts none(long number) {
        return of(number, 0, 0, 0);
    }

    /** A part that is carried, behind those before it. */
    private record Added(@Nullable Added before, Part part) {}

    /**
     * One part of a join as a store keeps it.
     *
     * @param id of its message; null if that has none
     * @param bytes as the codec of the parts wrote it; null where only the id is kept
     */
    @SuppressWarnings("ArrayRecordComponent") // nobody changes the bytes
    public record Part(@Nullable String id, byte @Nullable [] bytes) {}

    /** These parts and one more behind them. */
    public StoredParts with(@Nullable String id, byte[] part) {
        return new StoredParts(
                number,
                size + 1,
                bytes + part.length,
                withId + (id == null ? 0 : 1),
                new Added(last, new Part(id, part)),
                id == null ? addedIds : addedIds.with(id));
    }

    /** Names the parts in the store. Never 0. */
    public long number() {
        return number;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    /** How many of the parts have an id. */
    public int withId() {
        return withId;
    }

    /** Whether a part that is carried here has the id. */
    public boolean carries(String id) {
        return addedIds.contains(id);
    }

    /** The parts from a position on, which must be carried here. */
    List<Part> from(int position) {
        List<Part> carried = carried();
        int wanted = size - position;
        if (wanted > carried.size()) {
            throw new IllegalStateException("parts that are not in the store are not carried either");
        }
        return carried.subList(carried.size() - wanted, carried.size());
    }

    /** The parts that are carried here: the last ones, in order. */
    List<Part> carried() {
        Deque<Part> parts = new ArrayDeque<>();
        for (Added added = last; added != null; added = added.before) {
            parts.addFirst(added.part);
        }
        return List.copyOf(parts);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof StoredParts parts
                && number == parts.number
                && size == parts.size
                && bytes == parts.bytes
                && withId == parts.withId;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(number) * 31 + size;
    }

    /** How much there is, without the contents, which may be nobody's business. */
    @Override
    public String toString() {
        return size + " parts of " + bytes + " bytes in the store, number " + number;
    }
}

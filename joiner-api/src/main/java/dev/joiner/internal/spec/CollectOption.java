package dev.joiner.internal.spec;

import dev.joiner.Codec;
import dev.joiner.CodecException;
import dev.joiner.Collected;
import dev.joiner.InvalidMessageException;
import dev.joiner.ValueTooLargeException;
import dev.joiner.engine.Sight;
import dev.joiner.internal.SafeText;
import dev.joiner.spi.CollectedParts;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.PartList;
import dev.joiner.spi.ReadBack;
import dev.joiner.spi.StoredParts;
import java.util.Iterator;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a spec collects.
 *
 * @param part of a message
 * @param atMost how many parts a join may have
 * @param bytesAtMost how many bytes they may have in all
 * @param <M> the messages
 * @param <P> the parts
 */
public record CollectOption<M, P>(Function<? super M, ? extends P> part, Codec<P> codec, int atMost, long bytesAtMost) {

    /** Collects without a limit. */
    public CollectOption(Function<? super M, ? extends P> part, Codec<P> codec) {
        this(part, codec, Integer.MAX_VALUE, Long.MAX_VALUE);
    }

    /** Collects the same up to a limit. */
    public CollectOption<M, P> atMost(int parts, long bytes) {
        return new CollectOption<>(part, codec, parts, bytes);
    }

    /**
     * Returns what was collected and the part of one more message.
     *
     * @param id of the message, null if it has none
     * @param name of the spec, for the messages of exceptions
     * @throws InvalidMessageException if the message has no part
     * @throws CodecException if the part cannot be written, or does not come back
     * @throws ValueTooLargeException if there is no room for it
     */
    public CollectedParts with(CollectedParts parts, M message, @Nullable String id, String name, Object key) {
        P added = part.apply(message);
        if (added == null) {
            throw new InvalidMessageException(
                    name + ": collecting returned null for key \"" + SafeText.of(key) + "\", the message has no part");
        }
        byte[] bytes = bytes(added, key);
        CollectedParts more = parts instanceof PartList list ? list.with(bytes) : ((StoredParts) parts).with(id, bytes);
        if (more.size() > atMost) {
            throw ValueTooLargeException.ofCollected(SafeText.of(key), more.size(), atMost, "parts");
        }
        if (more.bytes() > bytesAtMost) {
            throw ValueTooLargeException.ofCollected(SafeText.of(key), more.bytes(), bytesAtMost, "bytes");
        }
        return more;
    }

    private byte[] bytes(P added, Object key) {
        try {
            byte[] bytes = codec.encode(added);
            String difference = codec.isLossless() ? null : ReadBack.difference(added, codec.decode(bytes));
            if (difference != null) {
                throw new IllegalArgumentException(
                        "it would not be the same when it is read: " + difference.replace("the value", "the part"));
            }
            return bytes;
        } catch (Throwable e) { // an Error of a codec concerns no more than its message
            throw new CodecException(SafeText.of(key), "a part cannot be written: " + SafeText.messageOf(e), e);
        }
    }

    /** Shows a join to a handler, or to people. */
    public <V> Collected<V, P> of(@Nullable Object key, Join<V> join, Sight sight) {
        return new View<>(codec, SafeText.of(key), join, sight);
    }

    private record View<V, P>(Codec<P> codec, String key, Join<V> join, Sight sight) implements Collected<V, P> {

        @Override
        public V value() {
            return join.value();
        }

        @Override
        public int size() {
            return join.collected().size();
        }

        @Override
        public Iterator<P> iterator() {
            requireOpen();
            Iterator<byte[]> parts = join.collected() instanceof PartList list
                    ? list.iterator()
                    : sight.parts().iterator((StoredParts) join.collected());
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    requireOpen();
                    return parts.hasNext();
                }

                @Override
                public P next() {
                    requireOpen();
                    return decoded(parts.next());
                }
            };
        }

        private void requireOpen() {
            if (sight.isOver().getAsBoolean()) {
                throw new IllegalStateException("the hand-over of key \"" + key
                        + "\" has ended, and what it collected can be read only while its handler runs");
            }
        }

        private P decoded(byte[] bytes) {
            try {
                return codec.decode(bytes);
            } catch (Throwable e) { // as above
                throw new CodecException(key, "a part cannot be read: " + SafeText.messageOf(e), e);
            }
        }

        @Override
        public String toString() {
            return "Collected[" + size() + " parts of key \"" + key + "\"]";
        }
    }
}

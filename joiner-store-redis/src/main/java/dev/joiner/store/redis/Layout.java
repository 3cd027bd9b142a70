package dev.joiner.store.redis;

import dev.joiner.CodecException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The names of what a namespace keeps in Redis, and the shard that each join is in.
 *
 * <p>A shard is a hash of entries by key text and a sorted set of key texts by due time, and for each key that collects a hash
 * of {@linkplain PartsHash parts}, in one slot of a cluster. All of this is part of the stored format, which {@link #FORMAT}
 * numbers.
 */
final class Layout {
    static final int FORMAT = 1;

    /** Where the format and the number of shards are kept. */
    final String meta;

    final List<Shard> shards;

    Layout(String namespace, int shards) {
        String tag = escaped(namespace);
        meta = "joiner:{" + tag + "}:meta";
        this.shards = IntStream.range(0, shards)
                .mapToObj(shard -> new Shard(shard, "joiner:{" + tag + ":" + shard + "}"))
                .toList();
    }

    /** One part of a namespace. */
    static final class Shard {
        final int number;
        final String name;
        final byte[] joins;
        final byte[] due;

        private Shard(int number, String name) {
            this.number = number;
            this.name = name;
            joins = utf8(name + ":joins");
            due = utf8(name + ":due");
        }

        /** The name of the hash of a key's parts. Whatever is in the key's text, the hash tag has ended before it. */
        byte[] parts(byte[] key) {
            byte[] prefix = utf8(name + ":parts:");
            return ByteBuffer.allocate(prefix.length + key.length)
                    .put(prefix)
                    .put(key)
                    .array();
        }
    }

    Shard shardOf(byte[] key) {
        CRC32C crc = new CRC32C();
        crc.update(key);
        // The low bits of a checksum alone are a poor hash.
        long mixed = (crc.getValue() * 0x9E37_79B9_7F4A_7C15L) >>> 32;
        return shards.get((int) ((mixed * shards.size()) >>> 32));
    }

    /** What is wrong with a key in a shard where nobody looks for it; null if it belongs there. */
    @Nullable
    CodecException misplaced(Shard shard, byte[] key) {
        Shard right = shardOf(key);
        if (right == shard) {
            return null;
        }
        return new CodecException(
                new String(key, StandardCharsets.UTF_8),
                "the entry is in " + shard.name + ":joins, where nobody looks for it, as it belongs into " + right.name
                        + ":joins; take its parts to a joiner again if they are missing, and delete it with HDEL",
                null);
    }

    /** A brace in the namespace would move the end of the hash tag. */
    private static String escaped(String namespace) {
        return namespace.replace("%", "%25").replace("{", "%7B").replace("}", "%7D");
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

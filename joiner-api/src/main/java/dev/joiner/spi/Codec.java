package dev.joiner.spi;

import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.function.Function;

/**
 * Turns values into bytes and back, for stores that hold bytes.
 *
 * <p>Thread-safe. {@code decode(encode(v))} equals {@code v}; the bytes of one value need not be the same each time.
 * Whatever either method throws reaches the caller as a {@link dev.joiner.CodecException} that names the key.
 */
public interface Codec<T> {

    byte[] encode(T value);

    T decode(byte[] bytes);

    /** Text as UTF-8. Unpaired surrogates are refused. */
    static Codec<String> string() {
        return of(Text::utf8, Text::fromUtf8);
    }

    /** Bytes as they are. */
    static Codec<byte[]> bytes() {
        return of(byte[]::clone, byte[]::clone);
    }

    /** A UUID as 16 bytes. */
    static Codec<UUID> uuid() {
        return of(
                value -> ByteBuffer.allocate(16)
                        .putLong(value.getMostSignificantBits())
                        .putLong(value.getLeastSignificantBits())
                        .array(),
                bytes -> {
                    ByteBuffer in = exactly(16, bytes);
                    return new UUID(in.getLong(), in.getLong());
                });
    }

    /** A long as 8 bytes, the highest first. */
    static Codec<Long> longs() {
        return of(
                value -> ByteBuffer.allocate(8).putLong(value).array(),
                bytes -> exactly(8, bytes).getLong());
    }

    /** A codec of two functions. */
    static <T> Codec<T> of(Function<? super T, byte[]> encode, Function<byte[], ? extends T> decode) {
        return new Codec<>() {
            @Override
            public byte[] encode(T value) {
                return encode.apply(value);
            }

            @Override
            public T decode(byte[] bytes) {
                return decode.apply(bytes);
            }
        };
    }

    private static ByteBuffer exactly(int length, byte[] bytes) {
        if (bytes.length != length) {
            throw new IllegalArgumentException("expected " + length + " bytes, found " + bytes.length);
        }
        return ByteBuffer.wrap(bytes);
    }
}

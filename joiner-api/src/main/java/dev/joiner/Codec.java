package dev.joiner;

import dev.joiner.internal.Text;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;

/**
 * Turns values into bytes and back, for stores that hold bytes.
 *
 * <p>Implementations must be thread-safe, and {@code decode(encode(v))} must equal {@code v}; the bytes of one value need not
 * be the same each time. Whatever a method throws reaches the caller as a {@link CodecException} that names the key. A store
 * refuses a value that does not come back equal when it is written, unless the codec is {@linkplain #isLossless lossless}.
 *
 * @param <T> the values
 */
public interface Codec<T> {

    byte[] encode(T value);

    T decode(byte[] bytes);

    /**
     * Whether every value that can be encoded is known to come back equal, so that stores need not check each. False by
     * default.
     */
    default boolean isLossless() {
        return false;
    }

    /**
     * Whether the bytes are text in UTF-8, which a store may then keep where people can read it. False by default. Bytes that are
     * not such text all the same are kept as bytes.
     */
    default boolean isText() {
        return false;
    }

    /** Text as UTF-8. Unpaired surrogates are refused. */
    static Codec<String> string() {
        return of(Text::utf8, Text::fromUtf8, true, true);
    }

    /** Bytes as they are. */
    static Codec<byte[]> bytes() {
        return lossless(byte[]::clone, byte[]::clone);
    }

    /** A UUID as 16 bytes. */
    static Codec<UUID> uuid() {
        return lossless(
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
        return lossless(
                value -> ByteBuffer.allocate(8).putLong(value).array(),
                bytes -> exactly(8, bytes).getLong());
    }

    /** A codec of two functions. */
    static <T> Codec<T> of(Function<? super T, byte[]> encode, Function<byte[], ? extends T> decode) {
        return of(encode, decode, false, false);
    }

    /** A {@linkplain #isText() text} codec of two functions. Unpaired surrogates are refused. */
    static <T> Codec<T> ofText(Function<? super T, String> encode, Function<String, ? extends T> decode) {
        Objects.requireNonNull(encode, "encode");
        Objects.requireNonNull(decode, "decode");
        return of(value -> Text.utf8(encode.apply(value)), bytes -> decode.apply(Text.fromUtf8(bytes)), false, true);
    }

    private static <T> Codec<T> lossless(Function<T, byte[]> encode, Function<byte[], T> decode) {
        return of(encode, decode, true, false);
    }

    private static <T> Codec<T> of(
            Function<? super T, byte[]> encode,
            Function<byte[], ? extends T> decode,
            boolean isLossless,
            boolean isText) {
        Objects.requireNonNull(encode, "encode");
        Objects.requireNonNull(decode, "decode");
        return new Codec<>() {
            @Override
            public byte[] encode(T value) {
                return encode.apply(value);
            }

            @Override
            public T decode(byte[] bytes) {
                return decode.apply(bytes);
            }

            @Override
            public boolean isLossless() {
                return isLossless;
            }

            @Override
            public boolean isText() {
                return isText;
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

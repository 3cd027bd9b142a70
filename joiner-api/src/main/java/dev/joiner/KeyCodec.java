package dev.joiner;

import dev.joiner.internal.Text;
import dev.joiner.internal.record.RecordKeyCodec;
import java.lang.invoke.MethodHandles;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;

/**
 * Turns keys into text and back, so that an operator can find a join by its key.
 *
 * <p>Implementations must be thread-safe. Two keys must have the same text if and only if they are equal; a store refuses a
 * key that does not come back equal from its text when a join of it begins, unless the codec is
 * {@linkplain #isLossless lossless}.
 *
 * <pre>{@code
 * record LineKey(long order, int line) {}
 *
 * KeyCodec<LineKey> keys = KeyCodec.of(key -> key.order() + "/" + key.line(), text -> {
 *     int slash = text.indexOf('/');
 *     return new LineKey(Long.parseLong(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
 * });
 * }</pre>
 *
 * @param <K> the keys
 */
public interface KeyCodec<K> {

    String encode(K key);

    K decode(String text);

    /** Whether every key is known to come back equal, so that stores need not check each. False by default. */
    default boolean isLossless() {
        return false;
    }

    /** Strings as they are. */
    static KeyCodec<String> string() {
        return of(Function.identity(), Function.identity(), true);
    }

    /** UUIDs in their usual form. */
    static KeyCodec<UUID> uuid() {
        return of(UUID::toString, UUID::fromString, true);
    }

    /** Longs in decimal digits. */
    static KeyCodec<Long> longs() {
        return of(String::valueOf, Long::valueOf, true);
    }

    /**
     * Records, as the text of their components with slashes between: {@code acme/42}.
     *
     * <p>Components are strings, booleans, characters, numbers ({@code BigInteger} and {@code BigDecimal}, too), enums, UUIDs, all
     * of {@code java.time} that can be written as text, and records of these, whose components stand in the place of the record.
     * Enums are written by name; {@code %} and {@code /} in a text as {@code %25} and {@code %2F}, null as {@code %null}. A nested
     * record is never null. The order of the components belongs to what is stored.
     *
     * @param type in a named module, its package must be open to {@code dev.joiner}
     * @throws IllegalArgumentException if it has a component of another type, none, or itself, or cannot be read
     */
    static <K extends Record> KeyCodec<K> of(Class<K> type) {
        return new RecordKeyCodec<>(Objects.requireNonNull(type, "type"), null);
    }

    /**
     * Records as {@link #of(Class)} writes them.
     *
     * @param lookup {@code MethodHandles.lookup()} of a class that may read the record
     */
    static <K extends Record> KeyCodec<K> of(Class<K> type, MethodHandles.Lookup lookup) {
        return new RecordKeyCodec<>(Objects.requireNonNull(type, "type"), Objects.requireNonNull(lookup, "lookup"));
    }

    /** A codec of two functions. */
    static <K> KeyCodec<K> of(Function<? super K, String> encode, Function<String, ? extends K> decode) {
        return of(encode, decode, false);
    }

    private static <K> KeyCodec<K> of(
            Function<? super K, String> encode, Function<String, ? extends K> decode, boolean isLossless) {
        Objects.requireNonNull(encode, "encode");
        Objects.requireNonNull(decode, "decode");
        return new KeyCodec<>() {
            @Override
            public String encode(K key) {
                return encode.apply(key);
            }

            @Override
            public K decode(String text) {
                return decode.apply(text);
            }

            @Override
            public boolean isLossless() {
                return isLossless;
            }
        };
    }

    /**
     * Returns the text if every store can keep it and tell it from all others.
     *
     * @param what the name of the text in the message of the exception: "key", or an option
     * @throws IllegalArgumentException if it is empty, longer than 500 bytes of UTF-8, or contains U+0000 or an unpaired
     *     surrogate
     */
    static String checked(String what, String text) {
        return Text.checked(Objects.requireNonNull(what, "what"), Objects.requireNonNull(text, "text"));
    }
}

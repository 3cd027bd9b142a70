package dev.joiner.spi;

import java.util.UUID;
import java.util.function.Function;

/**
 * Turns keys into text and back, so that an operator finds a join by its key.
 *
 * <p>Thread-safe. Two keys have the same text if and only if they are equal. A store calls {@link #text}, which refuses
 * what no store could keep.
 */
public interface KeyCodec<K> {

    String encode(K key);

    K decode(String text);

    /**
     * The text of a key, checked.
     *
     * @throws IllegalArgumentException if it is empty, longer than 500 bytes of UTF-8, or holds U+0000 or an unpaired
     *     surrogate
     */
    default String text(K key) {
        return checked("key", encode(key));
    }

    /** Strings as they are. */
    static KeyCodec<String> string() {
        return of(Function.identity(), Function.identity());
    }

    /** UUIDs in their usual form. */
    static KeyCodec<UUID> uuid() {
        return of(UUID::toString, UUID::fromString);
    }

    /** Longs in decimal digits. */
    static KeyCodec<Long> longs() {
        return of(String::valueOf, Long::valueOf);
    }

    /** A codec of two functions. */
    static <K> KeyCodec<K> of(Function<? super K, String> encode, Function<String, ? extends K> decode) {
        return new KeyCodec<>() {
            @Override
            public String encode(K key) {
                return encode.apply(key);
            }

            @Override
            public K decode(String text) {
                return decode.apply(text);
            }
        };
    }

    /**
     * The text, if every store can keep it and tell it from all others.
     *
     * @param what the name of the text in the message of the exception: "key", or an option
     * @throws IllegalArgumentException as {@link #text} says
     */
    static String checked(String what, String text) {
        return Text.checked(what, text);
    }
}

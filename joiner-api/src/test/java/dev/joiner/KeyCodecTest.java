package dev.joiner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class KeyCodecTest {

    @Test
    void everyKeyComesBackEqual() {
        UUID uuid = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");

        assertThat(KeyCodec.uuid().decode(KeyCodec.uuid().encode(uuid))).isEqualTo(uuid);
        assertThat(KeyCodec.longs().decode(KeyCodec.longs().encode(Long.MIN_VALUE)))
                .isEqualTo(Long.MIN_VALUE);
        assertThat(List.of(KeyCodec.uuid(), KeyCodec.longs(), KeyCodec.string()))
                .allMatch(KeyCodec::isLossless);
        assertThat(List.of("a", "A", "a ", " ", "\u00e9", "e\u0301", "\ud83d\ude00", "\u0001", "\uffff"))
                .allSatisfy(key -> assertThat(KeyCodec.checked("key", key)).isEqualTo(key));
    }

    @Test
    void limitIsFiveHundredBytesOfUtf8() {
        for (String letter : List.of("x", "\u00e9", "\u20ac", "\ud83d\ude00")) {
            int bytes = Codec.string().encode(letter).length;
            String longest = letter.repeat(500 / bytes);

            assertThat(KeyCodec.checked("key", longest)).isEqualTo(longest);
            assertRefused(
                    longest + "x".repeat(501 - bytes * (500 / bytes)), "key is 501 bytes of UTF-8, the limit is 500");
        }
    }

    @Test
    void whatNoStoreCouldKeepIsRefused() {
        assertRefused("", "key is empty");
        assertRefused("ab\u0000c", "key contains U+0000 at index 2");
        assertRefused("ab\ud83d", "key contains an unpaired surrogate at index 2");
        assertRefused("\ude00ab", "key contains an unpaired surrogate at index 0");
        assertRefused("\ud83dx", "key contains an unpaired surrogate at index 0");
    }

    private static void assertRefused(String key, String message) {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> KeyCodec.checked("key", key))
                .withMessageStartingWith(message);
    }

    @Test
    void namespaceIsCheckedToo() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> JoinStoreConfig.of(" ", KeyCodec.string(), Codec.string()))
                .withMessage("namespace is blank: \" \"");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> JoinStoreConfig.of("n".repeat(101), KeyCodec.string(), Codec.string()))
                .withMessageStartingWith("namespace is 101 bytes of UTF-8, the limit is 100");
        assertThat(JoinStoreConfig.of("n".repeat(100), KeyCodec.string(), Codec.string())
                        .namespace())
                .hasSize(100);
    }

    @Test
    void valuesComeBackEqual() {
        UUID uuid = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
        byte[] bytes = {0, -1, 5};

        assertThat(List.of(Codec.uuid(), Codec.longs(), Codec.string(), Codec.bytes()))
                .allMatch(Codec::isLossless);
        assertThat(Codec.uuid().decode(Codec.uuid().encode(uuid))).isEqualTo(uuid);
        assertThat(Codec.longs().decode(Codec.longs().encode(-2L))).isEqualTo(-2L);
        assertThat(Codec.string().decode(Codec.string().encode("\u0000\ud83d\ude00")))
                .isEqualTo("\u0000\ud83d\ude00");
        assertThat(Codec.bytes().decode(Codec.bytes().encode(bytes)))
                .isEqualTo(bytes)
                .isNotSameAs(bytes);
    }

    @Test
    void valuesThatAreNoneAreRefused() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> Codec.longs().decode(new byte[7]))
                .withMessage("expected 8 bytes, found 7");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> Codec.uuid().decode(new byte[17]))
                .withMessage("expected 16 bytes, found 17");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> Codec.string().decode(new byte[] {(byte) 0xC3}))
                .withMessage("not UTF-8");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> Codec.string().encode("\ud83d"))
                .withMessageContaining("unpaired surrogate");
    }
}

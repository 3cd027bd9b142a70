package dev.joiner.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.joiner.CodecException;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinStore.Entry;
import java.util.List;
import org.junit.jupiter.api.Test;

class EntryCodecTest {
    private static final JoinState<String> STATE = new JoinState<>(
            new Join<>("v", 1, 2, JoinState.NEVER, JoinState.NEVER, List.of(), false), List.of(), null, 0);

    private final EntryCodec<Long, String> codec =
            new EntryCodec<>(JoinStoreConfig.of("test", KeyCodec.longs(), Codec.string()));

    @Test
    void entryComesBackAsItWas() {
        byte[] bytes = codec.bytes("7", STATE);

        Entry<Long, String> entry = codec.entry("7", 9, bytes);

        assertThat(codec.text(7L)).isEqualTo("7");
        assertThat(entry.key()).isEqualTo(7);
        assertThat(entry.held().version()).isEqualTo(9);
        assertThat(entry.held().state()).isEqualTo(STATE);
    }

    @Test
    void stateThatCannotBeReadKeepsItsKeyAndVersion() {
        Entry<Long, String> entry = codec.entry("7", 9, new byte[] {1, 2, 3});

        assertThat(entry.key()).isEqualTo(7);
        assertThat(entry.held().version()).isEqualTo(9);
        assertThatExceptionOfType(CodecException.class)
                .isThrownBy(() -> entry.held().state())
                .satisfies(e -> assertThat(e.key()).isEqualTo("7"));
    }

    @Test
    void textThatIsNoKeyIsNamedByWhoeverLooksAtTheState() {
        Entry<Long, String> entry = codec.entry("seven", 9, codec.bytes("seven", STATE));

        assertThat(entry.key()).isNull();
        assertThat(entry.held().version()).isEqualTo(9);
        assertThatExceptionOfType(CodecException.class)
                .isThrownBy(() -> entry.held().state())
                .withMessageContaining("is no key")
                .satisfies(e -> assertThat(e.key()).isEqualTo("seven"));
    }

    @Test
    void keyThatNoStoreCouldKeepIsRefused() {
        EntryCodec<String, String> texts =
                new EntryCodec<>(JoinStoreConfig.of("test", KeyCodec.string(), Codec.string()));

        assertThatIllegalArgumentException().isThrownBy(() -> texts.text(""));
    }
}

package dev.joiner.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.joiner.CodecException;
import java.util.List;
import org.junit.jupiter.api.Test;

class VersionedTest {
    private static final JoinState<String> STATE = new JoinState<>(null, List.of(), null, 7);
    private static final CodecException PROBLEM = new CodecException("k", "no such format", null);

    private static Versioned.Unreadable<String> unreadable(byte... bytes) {
        return (Versioned.Unreadable<String>) Versioned.<String>unreadable(1, bytes, PROBLEM);
    }

    @Test
    void isOneWriteWhateverElseIsKnownOfIt() {
        Versioned<String> one = Versioned.of(1, STATE);

        assertThat(one)
                .isEqualTo(Versioned.of(1, new JoinState<>(null, List.of(), null, 8)))
                .isEqualTo(unreadable((byte) 1))
                .hasSameHashCodeAs(unreadable((byte) 1))
                .isNotEqualTo(Versioned.of(2, STATE))
                .isNotEqualTo(null)
                .isNotEqualTo(1L);
        assertThat(one.hashCode())
                .isEqualTo(Long.hashCode(1))
                .isNotEqualTo(Versioned.of(2, STATE).hashCode());
    }

    @Test
    void holdsAStateUnderAVersion() {
        assertThat(Versioned.of(5, STATE).version()).isEqualTo(5);
        assertThat(Versioned.of(5, STATE).state()).isSameAs(STATE);
        assertThat(Versioned.of(5, STATE)).hasToString("Versioned[5, " + STATE + "]");
    }

    @Test
    void throwsTheProblemOfAnEntryThatCannotBeDecoded() {
        assertThat(unreadable().version()).isEqualTo(1);
        assertThatThrownBy(() -> unreadable().state()).isSameAs(PROBLEM);
        assertThat(unreadable().problem()).isSameAs(PROBLEM);
        assertThat(unreadable()).hasToString("Versioned[1, unreadable: key \"k\": no such format]");
    }

    @Test
    void keepsTheBytesThatItIsGivenToItself() {
        byte[] given = {1, 2};
        Versioned.Unreadable<String> unreadable = unreadable(given);
        given[0] = 9;

        assertThat(unreadable.bytes()).containsExactly(1, 2);
        unreadable.bytes()[0] = 9;
        assertThat(unreadable.bytes()).containsExactly(1, 2);
    }
}

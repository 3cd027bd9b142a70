package dev.joiner.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.joiner.Cause;
import dev.joiner.CodecException;
import dev.joiner.spi.JoinState.Closed;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Join;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StateCodecTest {
    private static final long NEVER = JoinState.NEVER;

    private final StateCodec<String> codec = new StateCodec<>(Codec.string());

    private static Join<String> join(String value, long deadline, long idleUntil, String... ids) {
        return new Join<>(value, 2, 1_700_000_000_000L, deadline, idleUntil, List.of(ids), false);
    }

    private static final JoinState<String> FULL = new JoinState<>(
            join("open", 1_700_000_060_000L, NEVER, "a", "b"),
            List.of(
                    new Flight<>(join("claimed", NEVER, 7, "c"), Cause.COMPLETE, -42, 17, 1, null, 99),
                    new Flight<>(join("failed", 1, 2), Cause.EVICTED, Flight.UNCLAIMED, 18, 3, "boom \u20ac", NEVER)),
            new Closed(List.of("d", ""), 1_700_000_000_001L),
            1_700_000_000_000_000L);

    @Test
    void everyStateComesBackEqual() {
        List<JoinState<String>> states = new ArrayList<>(List.of(
                FULL,
                new JoinState<>(join("", NEVER, NEVER), List.of(), null, 0),
                new JoinState<>(null, List.of(), new Closed(List.of(), NEVER), Long.MAX_VALUE),
                new JoinState<>(
                        new Join<>("kept", Integer.MAX_VALUE, -1, Long.MIN_VALUE, 0, List.of(), true),
                        List.of(),
                        null,
                        1)));
        for (Cause cause : Cause.values()) {
            states.add(new JoinState<>(
                    null, List.of(new Flight<>(join("v", NEVER, NEVER), cause, 1, 2, 3, "e", 4)), null, 5));
        }

        assertThat(states)
                .allSatisfy(state ->
                        assertThat(codec.decode("k", codec.encode("k", state))).isEqualTo(state));
    }

    /** Stored states outlive the program that wrote them: these bytes are to be read by every later version. */
    @Test
    void formatOneIsReadForEver() {
        byte[] written = HexFormat.of().parseHex(FORMAT_ONE);

        assertThat(codec.decode("k", written)).isEqualTo(FULL);
        assertThat(codec.encode("k", FULL)).isEqualTo(written);
    }

    private static final String FORMAT_ONE =
            "018080f9c0c1c4820303046f70656e0280d095ffbc3101e0a499ffbc3102016101620207636c6169"
                    + "6d65640280d095ffbc31020701016300d6ffffffffffffffff0111010063066661696c65640280d0"
                    + "95ffbc3103010200020012030108626f6f6d20e282acffffffffffffffff7f81d095ffbc31020164"
                    + "004a26b47d";

    @Test
    void everyFlippedBitIsFound() {
        byte[] good = codec.encode("k", FULL);
        for (int bit = 0; bit < good.length * 8; bit++) {
            byte[] bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << (bit % 8));

            assertUnreadable(bad);
        }
    }

    @Test
    void everyTruncationIsFound() {
        byte[] good = codec.encode("k", FULL);
        for (int length = 0; length < good.length; length++) {
            assertUnreadable(Arrays.copyOf(good, length));
        }
        assertUnreadable(Arrays.copyOf(good, good.length + 1));
    }

    /** With a checksum that fits: what is left to find is in the parsing. */
    @Test
    void foreignBytesAreFoundBeforeTheyCostMemory() {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            byte[] body = new byte[1 + random.nextInt(60)];
            random.nextBytes(body);
            body[0] = 1;
            try {
                codec.decode("k", StateCodec.withChecksum(body));
            } catch (CodecException expected) {
                assertThat(expected.key()).as("seed %d", seed).isEqualTo("k");
            }
        }
    }

    /** A real state that is damaged and has a checksum that fits: what comes of it is some state, or the exception. */
    @Test
    void damageUnderARightChecksumIsReadAsSomethingOrNamed() {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        byte[] good = codec.encode("k", FULL);
        int named = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] body = Arrays.copyOf(good, 1 + random.nextInt(good.length - 4));
            for (int changes = random.nextInt(3); changes >= 0 && body.length > 1; changes--) {
                body[1 + random.nextInt(body.length - 1)] ^= (byte) (1 << random.nextInt(8));
            }
            try {
                codec.decode("k", StateCodec.withChecksum(body));
            } catch (CodecException expected) {
                assertThat(expected.key()).as("seed %d", seed).isEqualTo("k");
                named++;
            } catch (Throwable other) {
                throw new AssertionError("seed " + seed + ", damage " + i, other);
            }
        }
        assertThat(named).as("seed %d", seed).isPositive();
    }

    @Test
    void hugeLengthsAreNotBelieved() {
        byte[] hugeCount = {1, 0, 0, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x07};

        assertThatExceptionOfType(CodecException.class)
                .isThrownBy(() -> codec.decode("k", StateCodec.withChecksum(hugeCount)))
                .withMessageContaining("2147483647")
                .withMessageContaining("0 bytes are left");
    }

    @Test
    void laterFormatIsNamed() {
        byte[] later = codec.encode("k", FULL);
        later[0] = 2;

        assertThatExceptionOfType(CodecException.class)
                .isThrownBy(() -> codec.decode("order-7", later))
                .withMessage("key \"order-7\": cannot be read: format version is 2, this version of Joiner reads 1")
                .satisfies(e -> assertThat(e.key()).isEqualTo("order-7"));
    }

    @Test
    void throwingValueCodecIsNamedByKey() {
        StateCodec<String> broken = new StateCodec<>(Codec.of(
                value -> {
                    throw new IllegalStateException("no writer");
                },
                bytes -> {
                    throw new IllegalStateException("no reader");
                }));

        assertThatExceptionOfType(CodecException.class)
                .isThrownBy(() -> broken.encode("k", FULL))
                .withMessage("key \"k\": cannot be written: no writer");
        assertThatExceptionOfType(CodecException.class)
                .isThrownBy(() -> broken.decode("k", codec.encode("k", FULL)))
                .withMessage("key \"k\": cannot be read: no reader");
    }

    @Test
    void smallJoinCostsFewBytesBeyondItsValue() {
        byte[] bytes = codec.encode("k", new JoinState<>(join("", NEVER, NEVER), List.of(), null, 0));

        assertThat(bytes).hasSizeLessThan(24);
    }

    private void assertUnreadable(byte[] bytes) {
        assertThatExceptionOfType(CodecException.class)
                .isThrownBy(() -> codec.decode("k", bytes))
                .withMessageStartingWith("key \"k\": cannot be read: ");
    }
}

package dev.joiner.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.joiner.Cause;
import dev.joiner.Codec;
import dev.joiner.CodecException;
import dev.joiner.spi.JoinState.Closed;
import dev.joiner.spi.JoinState.Ended;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Flight.Status;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinState.KeptIds;
import dev.joiner.spi.JoinState.Last;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateCodecTest {
    private static final long NEVER = JoinState.NEVER;
    /** Behind the version, the checksum and a length of one byte. */
    private static final int BODY = 6;

    private final StateCodec<String> codec = new StateCodec<>(Codec.string());

    private static Join<String> join(String value, long deadline, long idleUntil, String... ids) {
        return new Join<>(value, 2, 1_700_000_000_000L, deadline, idleUntil, Ids.of(List.of(ids)), false);
    }

    private static Flight<String> flight(String value) {
        return new Flight<>(join(value, NEVER, NEVER), Cause.COMPLETE, Status.THREW, false, 1, 2, 3, "e", 4);
    }

    private static final JoinState<String> FULL = new JoinState<>(
            join("open", 1_700_000_060_000L, NEVER, "a", "b"),
            List.of(
                    new Flight<>(
                            join("claimed", NEVER, 7, "c"),
                            Cause.COMPLETE,
                            Status.CLAIMED_TOGETHER,
                            true,
                            -42,
                            17,
                            1,
                            null,
                            99),
                    new Flight<>(
                            join("failed", 1, 2),
                            Cause.EVICTED,
                            Status.THREW,
                            false,
                            Flight.UNCLAIMED,
                            18,
                            3,
                            "boom \u20ac",
                            NEVER)),
            new Closed(
                    1_700_000_000_001L,
                    new Last(1_700_000_000_000L, Cause.FORCED, 3),
                    List.of(new KeptIds(Ids.of(List.of("d", "")), 5), new KeptIds(Ids.of(List.of("e")), NEVER))),
            1_700_000_000_000_000L);

    @Test
    void everyStateComesBackEqual() {
        List<JoinState<String>> states = new ArrayList<>(List.of(
                FULL,
                new JoinState<>(join("", NEVER, NEVER), List.of(), null, 0),
                new JoinState<>(null, List.of(), new Closed(NEVER, null, List.of()), Long.MAX_VALUE),
                new JoinState<>(
                        new Join<>("kept", Integer.MAX_VALUE, -1, Long.MIN_VALUE, 0, Ids.NONE, true),
                        List.of(),
                        null,
                        1),
                new JoinState<>(
                        stored("open", StoredParts.of(Long.MIN_VALUE, Integer.MAX_VALUE, Long.MAX_VALUE, 0)),
                        List.of(),
                        null,
                        1,
                        List.of(
                                new Ended(-1, 5, 4, 1_000, 0, null),
                                new Ended(7, Integer.MAX_VALUE, 0, NEVER, NEVER, Cause.FORCED))),
                new JoinState<>(null, List.of(), null, 1, List.of(new Ended(1, 1, 1, 1, 1, Cause.COMPLETE)))));
        for (Cause cause : Cause.values()) {
            for (Status status : Status.values()) {
                for (boolean suspect : List.of(true, false)) {
                    Flight<String> flight =
                            new Flight<>(join("v", NEVER, NEVER), cause, status, suspect, 1, 2, 3, "e", 4);
                    states.add(new JoinState<>(null, List.of(flight), null, 5));
                }
            }
        }

        assertThat(states)
                .allSatisfy(state ->
                        assertThat(codec.decode("k", codec.encode("k", state))).isEqualTo(state));
    }

    private static Join<String> stored(String value, StoredParts parts) {
        return new Join<>(value, parts.size(), 1, NEVER, NEVER, Ids.NONE, false, parts);
    }

    @Test
    void partsThatAreCarriedAreNotInTheBytes() {
        StoredParts parts = StoredParts.of(7, 2, 10, 1).with("an id", new byte[1_000]);

        byte[] bytes = codec.encode("k", new JoinState<>(stored("v", parts), List.of(), null, 0));

        assertThat(bytes).hasSizeLessThan(100);
        assertThat(codec.decode("k", bytes).open().collected()).isEqualTo(StoredParts.of(7, 3, 1_010, 2));
    }

    /** Stored states outlive the program that wrote them: these bytes are to be read by every later version. */
    @Test
    void formatThreeIsReadForEver() {
        byte[] written = HexFormat.of().parseHex(FORMAT_THREE);

        assertThat(HexFormat.of().formatHex(codec.encode("k", FULL))).isEqualTo(FORMAT_THREE);
        assertThat(codec.decode("k", written)).isEqualTo(FULL);
    }

    private static final String FORMAT_THREE =
            "03ddc3a46289018080f9c0c1c4820303020280d095ffbc3102070101630003d6ffffffffffffffff0111"
                    + "010063066661696c65640280d095ffbc310301020002040012030108626f6f6d20e282acffffffffffff"
                    + "ffff7f046f70656e0280d095ffbc3101e0a499ffbc31020162016181d095ffbc310180d095ffbc310303"
                    + "020502000164ffffffffffffffff7f010165636c61696d6564";

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
            byte[] body = new byte[BODY + random.nextInt(60)];
            random.nextBytes(body);
            body[0] = 3;
            body[BODY - 1] = (byte) random.nextInt(Math.min(128, body.length - BODY + 1)); // a length that may be one
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
            byte[] body = Arrays.copyOf(good, BODY + random.nextInt(good.length - BODY + 1));
            for (int changes = random.nextInt(3); changes >= 0; changes--) {
                body[5 + random.nextInt(body.length - 5)] ^= (byte) (1 << random.nextInt(8));
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
        byte[] hugeHead = {3, 0, 0, 0, 0, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x07};
        byte[] hugeCount = {3, 0, 0, 0, 0, 7, 0, 0, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x07};

        for (byte[] huge : List.of(hugeHead, hugeCount)) {
            assertThatExceptionOfType(CodecException.class)
                    .isThrownBy(() -> codec.decode("k", StateCodec.withChecksum(huge)))
                    .withMessageContaining("2147483647")
                    .withMessageContaining("0 bytes are left");
        }
    }

    @Test
    void laterFormatIsNamed() {
        byte[] later = codec.encode("k", FULL);
        later[0] = 4;

        assertThatExceptionOfType(CodecException.class)
                .isThrownBy(() -> codec.decode("order-7", later))
                .withMessage("key \"order-7\": cannot be read: format version is 4, this version of Joiner reads 3")
                .satisfies(e -> assertThat(e.key()).isEqualTo("order-7"));
    }

    @ParameterizedTest
    @ValueSource(bytes = {1, 2})
    void formatOfBuildsBeforeTheFirstReleaseIsRefusedWithWhatToDo(byte format) {
        byte[] early = codec.encode("k", FULL);
        early[0] = format;

        assertThatExceptionOfType(CodecException.class)
                .isThrownBy(() -> codec.decode("order-7", early))
                .withMessageContaining("format version is " + format + ", this version of Joiner reads 3")
                .withMessageContaining("let such a build finish its joins, or drop the entry");
    }

    @Nested
    class ValueOfTheOldestJoin {
        private String atTheEnd(JoinState<String> state) {
            byte[] bytes = codec.encode("k", state);
            int at = StateCodec.valueAt(bytes);
            return new String(bytes, at, bytes.length - at, StandardCharsets.UTF_8);
        }

        @Test
        void standsAtTheEnd() {
            Join<String> open = join("open", NEVER, NEVER);
            Flight<String> oldest = flight("oldest");

            assertThat(atTheEnd(new JoinState<>(open, List.of(), null, 0))).isEqualTo("open");
            assertThat(atTheEnd(new JoinState<>(open, List.of(oldest, flight("newer")), null, 0)))
                    .isEqualTo("oldest");
            assertThat(atTheEnd(new JoinState<>(null, List.of(oldest), FULL.closed(), 0)))
                    .isEqualTo("oldest");
            assertThat(atTheEnd(new JoinState<>(null, List.of(), FULL.closed(), 0)))
                    .isEmpty();
        }

        @Test
        void isNotLookedForInWhatIsNotAState() {
            byte[] later = codec.encode("k", FULL);
            later[0] = 4;

            assertThatIllegalArgumentException().isThrownBy(() -> StateCodec.valueAt(new byte[0]));
            assertThatIllegalArgumentException().isThrownBy(() -> StateCodec.valueAt(new byte[4]));
            assertThatIllegalArgumentException().isThrownBy(() -> StateCodec.valueAt(later));
        }

        /** Bytes of none, behind a head that says that there is no join. */
        @Test
        void isNotReadWhereThereIsNoJoin() {
            byte[] none = codec.encode("k", new JoinState<>(null, List.of(), FULL.closed(), 0));
            byte[] longer = StateCodec.withChecksum(Arrays.copyOf(none, none.length + 3));

            assertThatExceptionOfType(CodecException.class)
                    .isThrownBy(() -> codec.decode("k", longer))
                    .withMessageContaining("3 bytes too many");
        }
    }

    @Test
    void errorOfAValueCodecIsNamedByKeyToo() {
        StateCodec<String> broken = new StateCodec<>(Codec.of(
                value -> {
                    throw new NoClassDefFoundError("no writer");
                },
                bytes -> {
                    throw new StackOverflowError();
                }));

        assertThatExceptionOfType(CodecException.class)
                .isThrownBy(() -> broken.encode("k", FULL))
                .withMessage("key \"k\": cannot be written: no writer")
                .withCauseInstanceOf(NoClassDefFoundError.class);
        assertThatExceptionOfType(CodecException.class)
                .isThrownBy(() -> broken.decode("k", codec.encode("k", FULL)))
                .withMessage(
                        "key \"k\": cannot be read: java.lang.StackOverflowError; was it written by another codec?")
                .withCauseInstanceOf(StackOverflowError.class);
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
                .withMessage("key \"k\": cannot be read: no reader; was it written by another codec?");
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

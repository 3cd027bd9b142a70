package dev.joiner.merge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.joiner.Codec;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PartsCodecTest {

    private static final Part<String> NOTE =
            Part.of("note", String.class, note -> "o").storedBy(Codec.string());
    private static final Part<Long> COUNT =
            Part.of("count", Long.class, count -> "o").storedBy(Codec.longs());
    private static final Part<List<Long>> COUNTS = COUNT.collect();
    private static final Codec<Long> DIGITS = Codec.ofText(String::valueOf, Long::valueOf);

    private final PartsMerge notes = Parts.of(NOTE).optional(COUNTS);
    private final Codec<Parts> codec = notes.codec();

    private static Codec<Parts> text() {
        return Parts.of(NOTE)
                .optional(COUNTS.storedBy(Codec.ofText(Object::toString, text -> List.of())))
                .codec();
    }

    private Parts roundTrip(Parts parts) {
        return codec.decode(codec.encode(parts));
    }

    @Test
    void partsComeBackEqual() {
        Parts note = notes.merge("line\nline\n\u20ac", null);
        Parts all = notes.merge(2L, notes.merge(1L, note));

        assertThat(roundTrip(note)).isEqualTo(note);
        assertThat(roundTrip(all)).isEqualTo(all);
        assertThat(roundTrip(all).get(COUNTS)).containsExactly(1L, 2L);
        assertThat(notes.merge(3L, roundTrip(all)).get(COUNTS)).containsExactly(1L, 2L, 3L);
    }

    @Test
    void namesMayHaveAnyLetters() {
        PartsMerge streets =
                Parts.of(Part.of("stra\u00dfe", String.class, street -> "o").storedBy(Codec.string()));
        Parts parts = streets.merge("Unter den Linden", null);

        assertThat(streets.codec().decode(streets.codec().encode(parts))).isEqualTo(parts);
    }

    @Test
    void timeOfTheWaitComesBack() {
        Parts parts = notes.restored(Map.of("note", "a"), Instant.ofEpochMilli(1_234));

        assertThat(roundTrip(parts)).isEqualTo(parts);
    }

    @Test
    void textIsTextThatPeopleCanRead() {
        PartsMerge digits = Parts.of(
                NOTE,
                Part.of("count", Long.class, count -> "o").storedBy(DIGITS).collect());
        Parts parts = digits.restored(Map.of("note", "\u20ac!", "count", List.of(10L, 7L)), Instant.EPOCH);

        assertThat(digits.codec().isText()).isTrue();
        assertThat(new String(digits.codec().encode(parts), UTF_8))
                .isEqualTo("parts 1 1970-01-01T00:00:00Z\nnote 4\n\u20ac!\ncount 2\n10\ncount 1\n7\n");
        assertThat(codec.isText()).isFalse();
    }

    @Test
    void losslessIsWhatHasOnlyLosslessParts() {
        assertThat(codec.isLossless()).isTrue();
        assertThat(text().isLossless()).isFalse();
    }

    @Test
    void listHasTheCodecThatIsSetAfterCollect() {
        Codec<List<Long>> sums = Codec.ofText(
                list -> String.valueOf(list.stream().mapToLong(Long::longValue).sum()),
                sum -> List.of(Long.valueOf(sum)));
        PartsMerge summed = Parts.of(COUNTS.storedBy(sums));

        Parts read = summed.codec().decode(summed.codec().encode(summed.merge(2L, summed.merge(1L, null))));

        assertThat(read.get(COUNTS)).containsExactly(3L);
    }

    @Test
    void partWithoutACodecIsNamed() {
        assertThatIllegalStateException()
                .isThrownBy(() ->
                        notes.optional(Part.of("id", UUID.class, id -> "o")).codec())
                .withMessage("codec: part \"id\" has no codec, see storedBy");
    }

    @Test
    void bytesThatAreNoPartsAreRefused() {
        byte[] bytes = codec.encode(notes.merge("text", null));

        assertRefused("", "these are not parts, at byte 0");
        assertRefused("parts 2\n", "these are not parts, at byte 0");
        assertRefused("parts 1\nnote x\n", "these are not parts, at byte 8");
        assertRefused("parts 1\nnote 9999999999\na\n", "these are not parts, at byte 24");
        assertRefused("parts 1\nnote 1\nab\n", "these are not parts, at byte 15");
        assertRefused("parts 1\nnote 1\na\nnote 1\na\n", "part \"note\" is there twice");
        assertRefused("parts 1\ngift 1\na\n", "part \"gift\" is none of the parts " + notes.parts());
        for (int length = 9; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatIllegalArgumentException().isThrownBy(() -> codec.decode(cut));
        }
    }

    private void assertRefused(String text, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.decode(text.getBytes(UTF_8)))
                .withMessage(message);
    }

    @Test
    void partOfAnotherMergeIsRefused() {
        Parts other = Parts.of(Part.of("id", UUID.class, id -> "o")).merge(new UUID(0, 1), null);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.encode(other))
                .withMessage("part \"id\" is none of the parts " + notes.parts());
    }
}

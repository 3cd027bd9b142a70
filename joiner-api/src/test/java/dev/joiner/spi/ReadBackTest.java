package dev.joiner.spi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.merge.Part;
import dev.joiner.merge.Parts;
import dev.joiner.merge.PartsMerge;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ReadBackTest {

    @SuppressWarnings("ArrayRecordComponent") // what such a record does is what is tested
    private record Picture(String name, byte[] pixels) {}

    private record Frame(Picture picture, @Nullable Object note) {}

    private record Throwing(String text) {
        @Override
        @SuppressWarnings("UnusedMethod") // what compares records calls it
        public String text() {
            throw new IllegalStateException("boom");
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return 0;
        }
    }

    /** Cannot say whether it is the same. */
    private static final class Opaque {}

    private static final class Money {
        private final int cents;

        Money(int cents) {
            this.cents = cents;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Money that && cents == that.cents;
        }

        @Override
        public int hashCode() {
            return Objects.hash(cents);
        }
    }

    private static void assertSame(@Nullable Object written, @Nullable Object read) {
        assertThat(ReadBack.difference(written, read)).isNull();
    }

    private static void assertDiffers(@Nullable Object written, @Nullable Object read, String difference) {
        assertThat(ReadBack.difference(written, read)).isEqualTo(difference);
    }

    @Test
    void equalValuesDoNotDiffer() {
        assertSame(null, null);
        assertSame("a", "a");
        assertSame(new Money(1), new Money(1));
        assertSame(List.of(1, 2), new ArrayList<>(List.of(1, 2)));
    }

    @Test
    void valuesThatSayTheyDifferDo() {
        assertDiffers("a", "b", "the value (java.lang.String) does not come back equal");
        assertDiffers(
                new Money(1), new Money(2), "the value (dev.joiner.spi.ReadBackTest$Money) does not come back equal");
    }

    @Test
    void valuesThatCannotSayDoNot() {
        assertSame(new Opaque(), new Opaque());
    }

    @Test
    void anotherClassDiffers() {
        assertDiffers(1, 1L, "the value was java.lang.Integer and comes back as java.lang.Long");
        assertDiffers(
                new Money(1),
                Map.of("cents", 1),
                "the value was dev.joiner.spi.ReadBackTest$Money and comes back as "
                        + Map.of("a", 1).getClass().getName());
    }

    @Test
    void nothingDiffersFromSomething() {
        assertDiffers("a", null, "the value was java.lang.String and comes back as null");
        assertDiffers(null, "a", "the value was null and comes back as java.lang.String");
    }

    @Nested
    class Lists {

        @Test
        void areComparedElementByElementWhateverTheirClass() {
            assertSame(List.of(new byte[] {1}, new Opaque()), new ArrayList<>(List.of(new byte[] {1}, new Opaque())));
            assertDiffers(
                    List.of("a", "b"),
                    Arrays.asList("a", "c"),
                    "the value[1] (java.lang.String) does not come back equal");
            assertDiffers(
                    List.of(1), List.of(1.0), "the value[0] was java.lang.Integer and comes back as java.lang.Double");
        }

        @Test
        void differInTheirSize() {
            assertDiffers(List.of(1, 2), List.of(1), "the value had 2 elements and comes back with 1");
        }

        @Test
        void differFromWhatIsNoList() {
            assertDiffers(
                    new ArrayList<>(List.of(1)),
                    "1",
                    "the value was java.util.ArrayList and comes back as java.lang.String");
            assertDiffers(
                    "1",
                    new ArrayList<>(List.of(1)),
                    "the value was java.lang.String and comes back as java.util.ArrayList");
        }
    }

    @Nested
    class Maps {

        @Test
        void areComparedKeyByKeyWhateverTheirClass() {
            assertSame(new TreeMap<>(Map.of("a", new byte[] {1})), new HashMap<>(Map.of("a", new byte[] {1})));
            assertDiffers(Map.of("a", 1), Map.of("a", 2), "the value[a] (java.lang.Integer) does not come back equal");
        }

        @Test
        void differInTheirKeys() {
            assertDiffers(Map.of("a", 1), Map.of("b", 1), "the value does not come back with the same keys");
            assertDiffers(Map.of(1, "a"), Map.of("1", "a"), "the value does not come back with the same keys");
        }

        @Test
        void differFromWhatIsNoMap() {
            assertDiffers(
                    new LinkedHashMap<>(Map.of("a", 1)),
                    "a",
                    "the value was java.util.LinkedHashMap and comes back as java.lang.String");
            assertDiffers(
                    "a",
                    new LinkedHashMap<>(Map.of("a", 1)),
                    "the value was java.lang.String and comes back as java.util.LinkedHashMap");
        }
    }

    @Nested
    class ArraysOfThings {

        @Test
        void areComparedElementByElement() {
            assertSame(new int[] {1, 2}, new int[] {1, 2});
            assertSame(new Object[] {new Opaque()}, new Object[] {new Opaque()});
            assertDiffers(
                    new int[] {1, 2}, new int[] {1, 3}, "the value[1] (java.lang.Integer) does not come back equal");
        }

        @Test
        void differInTheirLengthAndClass() {
            assertDiffers(new int[] {1}, new int[] {1, 2}, "the value had 1 elements and comes back with 2");
            assertDiffers(new int[] {1}, new long[] {1}, "the value was [I and comes back as [J");
        }
    }

    @Nested
    class Optionals {

        @Test
        void areComparedByWhatIsInThem() {
            assertSame(Optional.of(new byte[] {1}), Optional.of(new byte[] {1}));
            assertDiffers(Optional.of(1), Optional.of(2), "the value (java.lang.Integer) does not come back equal");
            assertDiffers(Optional.of(1), Optional.empty(), "the value was java.lang.Integer and comes back as null");
        }
    }

    @Nested
    class Records {

        @Test
        void areComparedComponentByComponent() {
            assertSame(new Picture("cat", new byte[] {1}), new Picture("cat", new byte[] {1}));
            assertDiffers(
                    new Picture("cat", new byte[] {1}),
                    new Picture("dog", new byte[] {1}),
                    "the value.name (java.lang.String) does not come back equal");
        }

        @Test
        void areComparedInDepth() {
            assertSame(
                    new Frame(new Picture("cat", new byte[] {1}), "x"),
                    new Frame(new Picture("cat", new byte[] {1}), "x"));
            assertDiffers(
                    new Frame(new Picture("cat", new byte[] {1, 2}), "x"),
                    new Frame(new Picture("cat", new byte[] {1, 3}), "x"),
                    "the value.picture.pixels[1] (java.lang.Byte) does not come back equal");
            assertDiffers(
                    new Frame(new Picture("cat", new byte[0]), List.of(new Money(1))),
                    new Frame(new Picture("cat", new byte[0]), List.of(new HashMap<>(Map.of("cents", 1)))),
                    "the value.note[0] was dev.joiner.spi.ReadBackTest$Money and comes back as java.util.HashMap");
        }

        @Test
        void differIfTheyCannotBeRead() {
            assertDiffers(
                    new Throwing("a"),
                    new Throwing("a"),
                    "the value.text cannot be read: java.lang.IllegalStateException: boom");
        }
    }

    @Nested
    class PartsOfAMerge {

        private final PartsMerge merge = Parts.of(
                Part.of("picture", Picture.class, Picture::name), Part.of("number", Number.class, number -> "k"));

        private Parts parts(Map<String, Object> parts, @Nullable Instant completeSince) {
            return merge.restored(parts, completeSince);
        }

        @Test
        void areComparedPartByPart() {
            Parts written = parts(Map.of("picture", new Picture("a", new byte[] {1}), "number", 1), null);

            assertSame(written, parts(Map.of("picture", new Picture("a", new byte[] {1}), "number", 1), null));
            assertDiffers(
                    written,
                    parts(Map.of("picture", new Picture("a", new byte[] {1}), "number", 1L), null),
                    "the value[number] was java.lang.Integer and comes back as java.lang.Long");
        }

        @Test
        void differInTheTimeSinceWhenTheyAreComplete() {
            assertDiffers(
                    parts(Map.of("number", 1), Instant.EPOCH),
                    parts(Map.of("number", 1), null),
                    "the value.completeSince was java.time.Instant and comes back as null");
        }
    }
}

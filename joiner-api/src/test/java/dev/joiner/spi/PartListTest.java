package dev.joiner.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class PartListTest {
    private static byte[] bytes(int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
    }

    private static PartList numbers(int size) {
        PartList parts = PartList.NONE;
        for (int i = 0; i < size; i++) {
            parts = parts.with(bytes(i));
        }
        return parts;
    }

    private static List<Integer> numbers(PartList parts) {
        List<Integer> numbers = new ArrayList<>();
        parts.forEach(part -> numbers.add(ByteBuffer.wrap(part).getInt()));
        return numbers;
    }

    private static List<Integer> upTo(int size) {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            numbers.add(i);
        }
        return numbers;
    }

    /** Each size at which a leaf, a node or a level is full, and those around it. */
    @Test
    void partsComeBackInTheOrderInWhichTheyCame() {
        for (int full : List.of(0, 32, 64, 1_024, 1_056, 2_080, 32_768, 32_800, 33_824, 66_000)) {
            for (int size = Math.max(0, full - 1); size <= full + 1; size++) {
                PartList parts = numbers(size);

                assertThat(parts.size()).isEqualTo(size);
                assertThat(parts.bytes()).isEqualTo(4L * size);
                assertThat(numbers(parts)).as("%s parts", size).isEqualTo(upTo(size));
            }
        }
    }

    @Test
    void aListStaysAsItIsWhateverIsMadeOfIt() {
        for (int size : List.of(0, 5, 31, 32, 33, 1_055, 1_056, 1_057, 32_800)) {
            PartList parts = numbers(size);

            PartList one = parts.with(bytes(-1));
            PartList other = parts.with(bytes(-2)).with(bytes(-3));

            assertThat(numbers(parts)).isEqualTo(upTo(size));
            List<Integer> expected = upTo(size);
            expected.add(-1);
            assertThat(numbers(one)).isEqualTo(expected);
            expected.set(size, -2);
            expected.add(-3);
            assertThat(numbers(other)).isEqualTo(expected);
        }
    }

    @Test
    void listsAreEqualIfTheirBytesAre() {
        PartList parts = numbers(100);

        assertThat(parts)
                .isEqualTo(numbers(100))
                .hasSameHashCodeAs(numbers(100))
                .isNotEqualTo(numbers(99))
                .isNotEqualTo(numbers(99).with(bytes(7)))
                .isNotEqualTo(List.of());
        assertThat(PartList.of(List.of(bytes(0), bytes(1)))).isEqualTo(numbers(2));
        assertThat(PartList.NONE.isEmpty()).isTrue();
        assertThat(parts.isEmpty()).isFalse();
        assertThat(PartList.of(List.of(new byte[0])).isEmpty()).isFalse();
    }

    @Test
    void textSaysHowMuchThereIsAndNotWhat() {
        assertThat(numbers(3)).hasToString("3 parts of 12 bytes");
    }

    @Test
    void iteratorEndsWhereTheListDoes() {
        Iterator<byte[]> parts = numbers(33).iterator();
        for (int i = 0; i < 33; i++) {
            parts.next();
        }

        assertThat(parts.hasNext()).isFalse();
        assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(parts::next);
    }
}

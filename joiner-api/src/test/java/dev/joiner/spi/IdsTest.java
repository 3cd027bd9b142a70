package dev.joiner.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class IdsTest {

    @Test
    void agreeWithASetAtEveryStep() {
        long seed = Long.getLong("seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        Ids ids = Ids.NONE;
        Set<String> expected = new HashSet<>();
        for (int i = 0; i < 20_000; i++) {
            String id = "order-" + random.nextInt(12_000);
            assertThat(ids.contains(id)).as("seed %d", seed).isEqualTo(expected.contains(id));
            Ids grown = ids.with(id);
            if (expected.add(id)) {
                assertThat(grown).as("seed %d", seed).isNotSameAs(ids).hasSize(expected.size());
            } else {
                assertThat(grown).as("seed %d", seed).isSameAs(ids);
            }
            ids = grown;
        }
        assertThat(ids).as("seed %d", seed).isEqualTo(expected).hasSameHashCodeAs(expected);
        assertThat(Ids.of(expected)).isEqualTo(ids);
    }

    @Test
    void growLeavesTheSetAsItWas() {
        Ids before = Ids.of(List.of("a", "b"));

        Ids one = before.with("c");
        Ids other = before.with("d");

        assertThat(before).containsExactlyInAnyOrder("a", "b");
        assertThat(one).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(other).containsExactlyInAnyOrder("a", "b", "d");
    }

    /** "Aa" and "BB" have one hash code, and so has everything that is made of as many of them. */
    @Test
    void idsOfOneHashCodeAreKeptApart() {
        List<String> alike = List.of("AaAaAa", "AaAaBB", "AaBBAa", "BBAaAa", "BBBBBB");
        Ids ids = Ids.of(alike.subList(0, 4)).with("x");

        assertThat(alike).extracting(String::hashCode).containsOnly(alike.get(0).hashCode());
        assertThat(ids).containsExactlyInAnyOrder("AaAaAa", "AaAaBB", "AaBBAa", "BBAaAa", "x");
        assertThat(ids.contains("BBBBBB")).isFalse();
        assertThat(ids.with("AaBBAa")).isSameAs(ids);
        assertThat(ids.with("BBBBBB")).hasSize(6).contains("BBBBBB");
    }

    @Test
    void noneHasNone() {
        assertThat(Ids.NONE).isEmpty();
        assertThat(Ids.NONE.contains("")).isFalse();
        assertThat(Ids.NONE.contains(null)).isFalse();
        Iterator<String> none = Ids.NONE.iterator();
        assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(none::next);
    }
}

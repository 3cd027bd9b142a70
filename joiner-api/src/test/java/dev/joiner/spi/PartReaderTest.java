package dev.joiner.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.joiner.Cause;
import dev.joiner.spi.JoinState.Closed;
import dev.joiner.spi.JoinState.Ended;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Flight.Status;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinState.KeptIds;
import dev.joiner.spi.JoinState.Last;
import dev.joiner.spi.StoredParts.Part;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class PartReaderTest {
    private static final long NEVER = JoinState.NEVER;

    private final List<String> asked = new ArrayList<>();

    /** At most two at a time, as a store may do whose pages are full. */
    private PartReader reader(Map<Long, List<Part>> parts) {
        return PartReader.of((number, from, limit) -> {
            asked.add(number + " from " + from + " limit " + limit);
            List<Part> all = parts.getOrDefault(number, List.of());
            return all.subList(Math.min(from, all.size()), Math.min(all.size(), from + Math.min(2, limit)));
        });
    }

    private static Part part(String id, int content) {
        return new Part(id, new byte[] {(byte) content});
    }

    private static final List<Part> THREE = List.of(part("a", 1), part(null, 2), part("c", 3));
    private static final StoredParts OF_THREE = StoredParts.of(7, 3, 3, 2);

    private static List<Integer> contents(Iterator<byte[]> parts) {
        List<Integer> contents = new ArrayList<>();
        parts.forEachRemaining(part -> contents.add((int) part[0]));
        return contents;
    }

    @Test
    void pagesFollowEachOtherUntilAllIsRead() {
        Iterator<byte[]> parts = reader(Map.of(7L, THREE)).iterator(OF_THREE);

        assertThat(contents(parts)).containsExactly(1, 2, 3);
        assertThat(asked).containsExactly("7 from 0 limit 3", "7 from 2 limit 1");
        assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(parts::next);
    }

    @Test
    void fewerPartsThanThereMustBeAreNoEnd() {
        Iterator<byte[]> parts = reader(Map.of(7L, THREE.subList(0, 2))).iterator(OF_THREE);
        parts.next();
        parts.next();

        assertThat(parts.hasNext()).isTrue();
        assertThatExceptionOfType(PartsGoneException.class)
                .isThrownBy(parts::next)
                .withMessage(
                        "the join has ended, and what it collected is not in the store any more: 2 of 3 parts could be read");
    }

    @Test
    void partOfWhichOnlyTheIdIsKeptIsGone() {
        Iterator<byte[]> parts =
                reader(Map.of(7L, List.of(new Part("a", null), part("b", 2)))).iterator(StoredParts.of(7, 2, 2, 2));

        assertThatExceptionOfType(PartsGoneException.class)
                .isThrownBy(parts::next)
                .withMessageEndingWith("0 of 2 parts could be read");
    }

    private static Join<String> join(CollectedParts parts, String... ids) {
        return new Join<>("v", 3, 1, NEVER, NEVER, Ids.of(List.of(ids)), false, parts);
    }

    private static Flight<String> flight(Join<String> join) {
        return new Flight<>(join, Cause.COMPLETE, Status.THREW, true, 0, 4, 2, "e", 9);
    }

    @Test
    void gatheredStateHasAllInIt() {
        JoinState<String> apart = new JoinState<>(
                join(StoredParts.of(8, 1, 1, 0)),
                List.of(flight(join(OF_THREE))),
                new Closed(50, new Last(1, Cause.FORCED, 9), List.of(new KeptIds(Ids.of(List.of("x")), 60))),
                5,
                List.of(new Ended(1, 2, 0, 20, 70, Cause.EXPIRED), new Ended(2, 5, 5, 20, 0, null)));
        PartReader reader = reader(
                Map.of(7L, THREE, 8L, List.of(part(null, 9)), 1L, List.of(new Part("k", null), new Part(null, null))));

        JoinState<String> gathered = reader.gathered(apart);

        assertThat(gathered)
                .isEqualTo(new JoinState<>(
                        join(PartList.of(List.of(new byte[] {9}))),
                        List.of(flight(
                                join(PartList.of(List.of(new byte[] {1}, new byte[] {2}, new byte[] {3})), "a", "c"))),
                        new Closed(
                                50,
                                new Last(20, Cause.EXPIRED, 2),
                                List.of(new KeptIds(Ids.of(List.of("x")), 60), new KeptIds(Ids.of(List.of("k")), 70))),
                        5));
        assertThat(PartsChange.numbers(gathered)).isEmpty();
    }

    @Test
    void stateWithNothingApartIsItself() {
        JoinState<String> state = new JoinState<>(join(PartList.NONE), List.of(), null, 5);

        assertThat(reader(Map.of()).gathered(state)).isSameAs(state);
        assertThat(asked).isEmpty();
    }
}

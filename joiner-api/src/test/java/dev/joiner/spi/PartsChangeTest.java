package dev.joiner.spi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.Cause;
import dev.joiner.CodecException;
import dev.joiner.spi.JoinState.Ended;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Flight.Status;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.PartsChange.Range;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PartsChangeTest {
    private static final long NEVER = JoinState.NEVER;
    private static final byte[] PART = {1};

    private static Join<String> join(StoredParts parts) {
        return new Join<>("v", parts.size(), 1, NEVER, NEVER, Ids.NONE, false, parts);
    }

    private static Versioned<String> state(@Nullable StoredParts open, @Nullable StoredParts flight, Ended... ended) {
        List<Flight<String>> flights = flight == null
                ? List.of()
                : List.of(new Flight<>(join(flight), Cause.COMPLETE, Status.THREW, false, 0, 0, 0, null, 0));
        return Versioned.of(1, new JoinState<>(open == null ? null : join(open), flights, null, 0, List.of(ended)));
    }

    private static StoredParts parts(long number, String... ids) {
        StoredParts parts = StoredParts.none(number);
        for (String id : ids) {
            parts = parts.with(id, PART);
        }
        return parts;
    }

    @Test
    void onlyWhatIsNotThereIsAppended() {
        PartsChange change =
                PartsChange.between(state(parts(7, "a", "b"), null), state(null, parts(7, "a", "b", "c", "d")));

        assertThat(change.appended()).singleElement().satisfies(append -> {
            assertThat(append.number()).isEqualTo(7);
            assertThat(append.position()).isEqualTo(2);
            assertThat(append.parts()).extracting(StoredParts.Part::id).containsExactly("c", "d");
        });
        assertThat(change.removed()).isEmpty();
        assertThat(change.stripped()).isEmpty();
        assertThat(change.ids()).containsExactly("c", "d");
        assertThat(change.lookIn()).containsExactly(7L);
    }

    @Test
    void newNumberIsNotLookedIn() {
        PartsChange change = PartsChange.between(
                state(null, parts(7, "a"), new Ended(5, 1, 0, 1, 9, null), new Ended(6, 1, 0, 1, 0, null)),
                state(parts(8, "b"), parts(7, "a"), new Ended(5, 1, 0, 1, 9, null), new Ended(6, 1, 0, 1, 0, null)));

        assertThat(change.lookIn()).containsExactlyInAnyOrder(5L, 7L);
        assertThat(PartsChange.between(null, state(parts(8, "b"), null)).lookIn())
                .isEmpty();
    }

    @Test
    void whatTheNextStateDoesNotHaveGoes() {
        Versioned<String> before = state(parts(8, "b"), parts(7, "a", "c"), new Ended(5, 9, 3, 1, 9, null));

        assertThat(PartsChange.between(before, null).removed())
                .containsExactlyInAnyOrder(new Range(8, 0, 1), new Range(7, 0, 2), new Range(5, 0, 9));
        PartsChange pages = PartsChange.between(
                before, state(null, null, new Ended(7, 2, 0, 1, 9, null), new Ended(5, 4, 1, 1, 0, null)));
        assertThat(pages.removed()).containsExactlyInAnyOrder(new Range(8, 0, 1), new Range(5, 4, 9));
        assertThat(pages.stripped()).containsExactlyInAnyOrder(new Range(7, 0, 2), new Range(5, 1, 3));
        assertThat(pages.removesAll()).isFalse();
    }

    @Test
    void allGoesWithWhatCannotBeRead() {
        Versioned<String> unreadable =
                Versioned.unreadable(1, new byte[0], new CodecException("k", "no such format", null));

        assertThat(PartsChange.between(unreadable, null).removesAll()).isTrue();
    }

    @Test
    void statesWithoutNumbersChangeNothing() {
        Versioned<String> plain = state(null, null);

        assertThat(PartsChange.between(plain, null).isNone()).isTrue();
        assertThat(PartsChange.between(null, plain).isNone()).isTrue();
        assertThat(PartsChange.between(state(parts(7, "a"), null), state(parts(7, "a"), null))
                        .isNone())
                .isTrue();
    }
}

package dev.joiner.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.Cause;
import dev.joiner.CodecException;
import dev.joiner.JoinSpec;
import dev.joiner.PendingJoin;
import dev.joiner.PendingJoin.Status;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Closed;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinState.KeptIds;
import dev.joiner.spi.JoinState.Last;
import dev.joiner.spi.PartReader;
import dev.joiner.spi.Versioned;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PendingJoinsTest {
    private static final long NEVER = JoinState.NEVER;
    private static final SpecFunctions<String, String, String, String> FUNCTIONS =
            SpecFunctions.of(JoinSpec.joining(String.class)
                    .keyedBy(message -> message)
                    .<String>mergedBy((message, pending) -> message)
                    .sufficientWhen(value -> false)
                    .missing(value -> List.of("all but " + value))
                    .build());

    private static Join<String> join(String value, long deadline, long idleUntil) {
        return new Join<>(value, 2, 100, deadline, idleUntil, Ids.of(List.of("1", "2", "3")), false);
    }

    private static Flight<String> flight(Flight.Status status, @Nullable String error, long dueAt) {
        return new Flight<>(join("b", NEVER, NEVER), Cause.EXPIRED, status, false, 0, 1, 4, error, dueAt);
    }

    private static PendingJoin<String, String> only(JoinState<String> state) {
        List<PendingJoin<String, String>> joins =
                PendingJoins.of(FUNCTIONS, "k", Versioned.of(1, state), PartReader.NONE);
        assertThat(joins).hasSize(1);
        return joins.get(0);
    }

    private static JoinState<String> inFlight(Flight<String> flight) {
        return new JoinState<>(null, List.of(flight), null, 1);
    }

    private static Optional<Instant> at(long millis) {
        return Optional.of(Instant.ofEpochMilli(millis));
    }

    @Test
    void anOpenJoinWaitsUntilTheEarlierOfItsDeadlines() {
        assertThat(only(new JoinState<>(join("a", 300, 200), List.of(), null, 0)))
                .isEqualTo(new PendingJoin<>(
                        "k",
                        Status.WAITING,
                        Optional.of("a"),
                        List.of("all but a"),
                        2,
                        at(100),
                        Optional.empty(),
                        at(200),
                        0,
                        Optional.empty(),
                        3,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()));
        assertThat(only(new JoinState<>(join("a", NEVER, NEVER), List.of(), null, 0))
                        .dueAt())
                .isEmpty();
    }

    @Test
    void aJoinInFlightSaysHowFarItHasCome() {
        assertThat(only(inFlight(flight(Flight.Status.THREW, "boom", 300))))
                .isEqualTo(new PendingJoin<>(
                        "k",
                        Status.FAILED,
                        Optional.of("b"),
                        List.of("all but b"),
                        2,
                        at(100),
                        Optional.of(Cause.EXPIRED),
                        at(300),
                        4,
                        Optional.of("boom"),
                        3,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()));
        assertThat(only(inFlight(flight(Flight.Status.GIVEN_BACK, null, 0))).status())
                .isEqualTo(Status.FAILED);
        assertThat(only(inFlight(flight(Flight.Status.CLAIMED_ALONE, null, 300)))
                        .status())
                .isEqualTo(Status.CLAIMED);
        assertThat(only(inFlight(flight(Flight.Status.CLAIMED_TOGETHER, null, 300)))
                        .status())
                .isEqualTo(Status.CLAIMED);
        PendingJoin<String, String> parked = only(inFlight(flight(Flight.Status.PARKED, "boom", NEVER)));
        assertThat(parked.status()).isEqualTo(Status.PARKED);
        assertThat(parked.dueAt()).isEmpty();
    }

    @Test
    void whatIsRememberedSaysHowTheLastJoinEndedAndWhenItIsForgotten() {
        List<KeptIds> ids =
                List.of(new KeptIds(Ids.of(List.of("1", "2")), 500), new KeptIds(Ids.of(List.of("3")), 400));

        assertThat(only(new JoinState<>(null, List.of(), new Closed(300, new Last(50, Cause.COMPLETE, 7), ids), 0)))
                .isEqualTo(new PendingJoin<>(
                        "k",
                        Status.REMEMBERED,
                        Optional.empty(),
                        List.of(),
                        7,
                        Optional.empty(),
                        Optional.of(Cause.COMPLETE),
                        at(500),
                        0,
                        Optional.empty(),
                        3,
                        at(50),
                        Optional.empty(),
                        Optional.empty()));
        PendingJoin<String, String> dropped = only(new JoinState<>(null, List.of(), new Closed(0, null, ids), 0));
        assertThat(dropped.parts()).isZero();
        assertThat(dropped.cause()).isEmpty();
        assertThat(dropped.handedOverAt()).isEmpty();
    }

    @Test
    void theOpenOneComesFirstThenThoseInFlightThenTheMemory() {
        JoinState<String> state = new JoinState<>(
                join("a", NEVER, NEVER),
                List.of(flight(Flight.Status.PARKED, null, NEVER), flight(Flight.Status.THREW, null, 1)),
                new Closed(300, null, List.of()),
                1);

        assertThat(PendingJoins.of(FUNCTIONS, "k", state))
                .extracting(PendingJoin::status)
                .containsExactly(Status.WAITING, Status.PARKED, Status.FAILED, Status.REMEMBERED);
    }

    @Test
    void whatCannotBeReadSaysWhy() {
        CodecException problem = new CodecException("k", "no such format", null);
        Versioned<String> held = Versioned.unreadable(1, new byte[] {1, 2}, problem);

        List<PendingJoin<String, String>> joins = PendingJoins.of(FUNCTIONS, null, held, PartReader.NONE);

        assertThat(joins).singleElement().satisfies(join -> {
            assertThat(join.key()).isNull();
            assertThat(join.status()).isEqualTo(Status.UNREADABLE);
            assertThat(join.value()).isEmpty();
            assertThat(join.lastError()).contains("key \"k\": no such format");
            assertThat(join.bytes().orElseThrow()).containsExactly(1, 2);
        });
    }
}

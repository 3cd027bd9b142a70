package dev.joiner.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.Cause;
import dev.joiner.campaign.Audit.Reason;
import dev.joiner.campaign.Behaviour.Trouble;
import dev.joiner.campaign.Ledger.Kind;
import dev.joiner.campaign.Ledger.Line;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Ended;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Flight.Status;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.StoredParts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The audit sees what it is there to see: planted breaches of what is promised. */
class AuditTest {
    private static final String KEY = "7/2";
    private static final String WHOLE = "7/2=1+0";
    private static final long START = 1_000_000;

    private static final String KILLER = "8/2!";
    private static final Duration LEASE = Duration.ofSeconds(2);

    private final Audit audit = new Audit(Behaviour.of(Trouble.THROWS, LEASE));
    private final Audit strict = new Audit(new Behaviour(Trouble.HALTS, LEASE, 2, false, 0));

    private final Audit collecting =
            new Audit(Behaviour.of(Trouble.THROWS, LEASE).collecting());

    private static Line line(long at, Kind kind, int attempt, String value) {
        return line(at, kind, attempt, KEY, value);
    }

    private static Line line(long at, Kind kind, int attempt, String ofJoin, String value) {
        String key = kind == Kind.CALL || kind == Kind.END || kind == Kind.FLAG_LOST ? "" : ofJoin;
        return new Line(START + at, kind, 1, key, attempt, (START + at) * 1_000, value);
    }

    private static List<Line> handOver(long at, int attempt, Kind... kinds) {
        return Stream.of(kinds).map(kind -> line(at, kind, attempt, WHOLE)).toList();
    }

    private static List<Line> whole(long at, int attempt) {
        return handOver(at, attempt, Kind.CALL, Kind.BEFORE, Kind.AFTER, Kind.CONFIRMED, Kind.END);
    }

    private void judge() {
        audit.judge(List.of(KEY));
    }

    @Test
    void oneHandOverIsAsPromised() {
        audit.add(whole(0, 1), false);
        judge();
        assertThat(audit.broken()).isEmpty();
        assertThat(audit.handOverCount()).isEqualTo(1);
    }

    @Test
    void aJoinThatNobodySawIsLost() {
        judge();
        assertThat(audit.lost()).isEqualTo(1);
    }

    @Test
    void aJoinWhoseHandlerNeverReturnedIsLost() {
        audit.add(handOver(0, 1, Kind.CALL, Kind.BEFORE), true);
        judge();
        assertThat(audit.lost()).isEqualTo(1);
    }

    @Test
    void aSecondHandOverNeedsAReason() {
        audit.add(handOver(0, 1, Kind.CALL, Kind.BEFORE, Kind.AFTER, Kind.END), false);
        audit.add(whole(5_000, 2), false);
        judge();
        assertThat(audit.unexplained()).isEqualTo(1);
    }

    @Test
    void aConfirmedHandOverIsTheLastWhateverElseHappened() {
        audit.add(whole(0, 1), true);
        audit.add(whole(5_000, 2), false);
        judge();
        assertThat(audit.unexplained()).isEqualTo(1);
    }

    @Test
    void aKillDuringTheCallIsAReasonOnceTheLeaseIsOver() {
        audit.add(handOver(0, 1, Kind.CALL, Kind.BEFORE, Kind.AFTER), true);
        audit.add(whole(2_000, 2), false);
        judge();
        assertThat(audit.broken()).isEmpty();
        assertThat(audit.repeated(Reason.KILL)).isEqualTo(1);
    }

    @Test
    void aKillAfterTheCallIsNoReason() {
        audit.add(handOver(0, 1, Kind.CALL, Kind.BEFORE, Kind.AFTER, Kind.END), true);
        audit.add(whole(2_000, 2), false);
        judge();
        assertThat(audit.unexplained()).isEqualTo(1);
    }

    @Test
    void aClaimBeforeTheLeaseIsOverHasNoReason() {
        audit.add(handOver(0, 1, Kind.CALL, Kind.BEFORE), true);
        audit.add(whole(1_999, 2), false);
        judge();
        assertThat(audit.unexplained()).isEqualTo(1);
    }

    @Test
    void aCallThatOutlastsItsLeaseIsAReason() {
        audit.add(
                Stream.concat(
                                handOver(0, 1, Kind.CALL, Kind.BEFORE, Kind.AFTER).stream(),
                                handOver(3_000, 1, Kind.UNCONFIRMED, Kind.END).stream())
                        .toList(),
                false);
        audit.add(whole(2_500, 2), false);
        judge();
        assertThat(audit.broken()).isEmpty();
        assertThat(audit.repeated(Reason.LEASE)).isEqualTo(1);
    }

    @Test
    void aLastWriteThatFailedAndAHandlerThatThrewAreReasons() {
        audit.add(handOver(0, 1, Kind.CALL, Kind.BEFORE, Kind.THREW, Kind.END), false);
        audit.add(handOver(10, 2, Kind.CALL, Kind.BEFORE, Kind.AFTER, Kind.UNCONFIRMED, Kind.END), false);
        audit.add(whole(2_010, 3), false);
        judge();
        assertThat(audit.broken()).isEmpty();
        assertThat(audit.repeated(Reason.THROWN)).isEqualTo(1);
        assertThat(audit.repeated(Reason.LAST_WRITE)).isEqualTo(1);
    }

    @Test
    void halfAJoinAndADoubledPartAreSeen() {
        for (String value : List.of("7/2=1", "7/2=1+1", "7/2=0+1+1", "8/2=0+1")) {
            Audit each = new Audit(Behaviour.of(Trouble.NONE, LEASE));
            each.add(List.of(line(0, Kind.BEFORE, 1, value), line(0, Kind.AFTER, 1, value)), false);
            each.judge(List.of(KEY));
            assertThat(each.broken()).as(value).isNotEmpty();
        }
    }

    @Test
    void contentThatChangesAndTokensThatDoNotGrowAreSeen() {
        audit.add(List.of(line(0, Kind.BEFORE, 1, "7/2=0+1"), line(0, Kind.THREW, 1, "7/2=0+1")), false);
        audit.add(whole(0, 1), false);
        judge();
        assertThat(audit.broken()).hasSize(2);
    }

    @Test
    void anAttemptThatThrewAndDoesNotCountIsSeen() {
        audit.add(handOver(0, 1, Kind.CALL, Kind.BEFORE, Kind.THREW, Kind.END), false);
        audit.add(whole(10, 1), false);
        judge();
        assertThat(audit.broken()).singleElement().asString().contains("attempts");
    }

    @Test
    void aStrangerIsSeen() {
        audit.add(whole(0, 1), false);
        audit.judge(List.of());
        assertNamed(audit, KEY, "never sent");
    }

    @Test
    void anInterruptedHandlerIsAReason() {
        strict.add(handOver(0, 1, Kind.CALL, Kind.BEFORE, Kind.INTERRUPTED, Kind.END), false);
        strict.add(whole(100, 1), false);
        strict.judge(List.of(KEY));
        assertThat(strict.broken()).isEmpty();
        assertThat(strict.repeated(Reason.INTERRUPTED)).isEqualTo(1);
    }

    @Test
    void anInterruptThatIsChargedIsSeen() {
        strict.add(handOver(0, 1, Kind.CALL, Kind.BEFORE, Kind.INTERRUPTED, Kind.END), false);
        strict.add(whole(100, 2), false);
        strict.judge(List.of(KEY));
        assertNamed(strict, KEY, "was charged for what others did");
    }

    @Test
    void anInterruptThatIsForgottenIsSeen() {
        strict.add(handOver(0, 1, Kind.CALL, Kind.BEFORE, Kind.AFTER, Kind.FLAG_LOST, Kind.END), false);
        strict.judge(List.of(KEY));
        assertNamed(strict, "call 1", "interrupted");
    }

    /** One of a batch that was begun when a neighbour halted the process is begun again, and no attempt counts. */
    @Test
    void aNeighbourOfAKillerIsInnocent() {
        strict.add(handOver(0, 1, Kind.CALL, Kind.BEFORE, Kind.AFTER), true);
        strict.add(whole(2_000, 1), false);
        strict.judge(List.of(KEY));
        assertThat(strict.broken()).isEmpty();
    }

    @Test
    void aNeighbourThatIsChargedIsSeen() {
        strict.add(handOver(0, 1, Kind.CALL, Kind.BEFORE, Kind.AFTER), true);
        strict.add(whole(2_000, 2), false);
        strict.judge(List.of(KEY));
        assertNamed(strict, KEY, "was charged for what others did");
    }

    @Test
    void aNeighbourThatIsPoisonedIsSeen() {
        strict.add(handOver(0, 1, Kind.CALL, Kind.BEFORE, Kind.AFTER), true);
        strict.add(handOver(2_000, 2, Kind.CALL, Kind.POISONED, Kind.END), false);
        strict.judge(List.of(KEY));
        assertNamed(strict, KEY, "was poisoned after 2 attempts, of which 0 are its own");
    }

    @Test
    void aNeighbourThatIsParkedIsSeen() {
        strict.add(whole(0, 1), false);
        strict.leftAtTheEnd(Map.of(KEY, flying(Status.PARKED, JoinState.NEVER)));
        strict.judge(List.of(KEY));
        assertNamed(strict, KEY, "was parked");
    }

    /** So may one whose lease was too short: it was taken for dead. */
    @Test
    void whoOutlastsItsLeaseUsesAnAttempt() {
        strict.add(
                List.of(
                        line(0, Kind.CALL, 1, WHOLE),
                        line(0, Kind.BEFORE, 1, WHOLE),
                        line(0, Kind.AFTER, 1, WHOLE),
                        line(4_000, Kind.END, 1, WHOLE)),
                false);
        strict.add(whole(2_500, 2), false);
        strict.judge(List.of(KEY));
        assertThat(strict.broken()).isEmpty();
    }

    private void killed(int begins) {
        for (int begin = 0; begin < begins; begin++) {
            strict.add(List.of(line(2_000L * begin, Kind.BEFORE, Math.max(1, begin), KILLER, "8/2!=0+1")), true);
        }
    }

    private void poisoned() {
        strict.add(List.of(line(9_000, Kind.POISONED, 2, KILLER, "8/2!=0+1")), false);
    }

    @Test
    void aKillerIsBegunForEachAttemptAndOnceMoreInABatch() {
        killed(3);
        poisoned();
        strict.judge(List.of(KILLER));
        assertThat(strict.broken()).isEmpty();
        assertThat(strict.lost()).isZero();
    }

    @Test
    void aBeginTooManyIsSeen() {
        killed(4);
        poisoned();
        strict.judge(List.of(KILLER));
        assertNamed(strict, KILLER, "was begun 4 times with 2 attempts");
    }

    @Test
    void aKillerThatIsGivenUpTooEarlyIsSeen() {
        killed(1);
        poisoned();
        strict.judge(List.of(KILLER));
        assertNamed(strict, KILLER, "was begun 1 times with 2 attempts");
    }

    @Test
    void aKillerThatIsNotGivenUpIsSeen() {
        killed(3);
        strict.judge(List.of(KILLER));
        assertNamed(strict, KILLER, "was poisoned 0 times");
    }

    @Test
    void aKillerThatIsParkedAgainstTheSpecIsSeen() {
        killed(3);
        strict.leftAtTheEnd(Map.of(KILLER, flying(Status.PARKED, JoinState.NEVER)));
        strict.judge(List.of(KILLER));
        assertNamed(strict, KILLER, "was parked");
    }

    @Test
    void aNodeOverItsGraceIsSeen() {
        audit.stopped("node1", Audit.GRACE);
        assertThat(audit.broken()).isEmpty();
        audit.stopped("node2", Audit.GRACE.plusMillis(1));
        assertNamed(audit, "node2", "to stop");
        assertThat(audit.stops()).isEqualTo(2);
        assertThat(audit.longestStop()).isEqualTo(Audit.GRACE.plusMillis(1));
    }

    @Test
    void whatIsGivenBackIsDueAtOnceAndWhatWasInterruptedSoon() {
        audit.leftByStoppedNodes(
                Map.of(KEY, flying(Status.GIVEN_BACK, START), KILLER, flying(Status.THREW, START + 100)), START);
        assertThat(audit.broken()).isEmpty();
    }

    @Test
    void aClaimAfterACleanStopIsSeen() {
        for (Status status : List.of(Status.CLAIMED_ALONE, Status.CLAIMED_TOGETHER)) {
            Audit each = new Audit(Behaviour.of(Trouble.NONE, LEASE));
            each.leftByStoppedNodes(Map.of(KEY, flying(status, START)), START);
            assertNamed(each, KEY, "is claimed by a node that has stopped");
        }
    }

    @Test
    void whatWaitsAfterACleanStopIsSeen() {
        audit.leftByStoppedNodes(Map.of(KEY, flying(Status.GIVEN_BACK, START + 1)), START);
        assertNamed(audit, KEY, "waits for 1 ms");
    }

    @Test
    void whatIsLeftAtTheEndIsSeen() {
        audit.leftAtTheEnd(Map.of(KEY, flying(Status.GIVEN_BACK, START)));
        assertNamed(audit, KEY, "is left in flight");
        strict.leftAtTheEnd(Map.of(KEY, new JoinState<>(JOIN, List.of(), null, 0)));
        assertNamed(strict, KEY, "is left open");
    }

    private static final String ALL_OF_IT = KEY + "=2: 0-1 in order 5";

    private static List<Line> reading(int attempt, String... contents) {
        List<Line> lines = new ArrayList<>(handOver(0, attempt, Kind.CALL));
        lines.add(line(0, Kind.BEFORE, attempt, KEY, ""));
        Stream.of(contents).map(read -> line(0, Kind.READ, attempt, KEY, read)).forEach(lines::add);
        lines.add(line(0, Kind.AFTER, attempt, KEY, ""));
        lines.add(line(0, Kind.CONFIRMED, attempt, KEY, ""));
        lines.add(line(0, Kind.END, attempt, KEY, ""));
        return lines;
    }

    private void judgeReading(String... contents) {
        collecting.add(reading(1, contents), false);
        collecting.judge(List.of(KEY));
    }

    @Test
    void aJoinThatIsReadWholeEachTimeIsAsPromised() {
        judgeReading(ALL_OF_IT, ALL_OF_IT);
        assertThat(collecting.broken()).isEmpty();
    }

    @Test
    void partsThatAreMissingDoubledOrAnothersAreSeen() {
        for (String read :
                List.of("7/2=2: 0-0", "7/2=2: 0-1,1-1", "7/2=2: 0-2", "7/2=2: 0-1 and 8/2:0", "7/2=1: 0-1")) {
            Audit each = new Audit(Behaviour.of(Trouble.THROWS, LEASE).collecting());
            each.add(reading(1, read + " in order 5"), false);
            each.judge(List.of(KEY));
            assertNamed(each, KEY, "was handed over as " + read);
        }
    }

    @Test
    void anOrderThatChangesIsSeen() {
        judgeReading(ALL_OF_IT, KEY + "=2: 0-1 in order 6");
        assertNamed(collecting, KEY, "and as 7/2=2: 0-1 in order 6");
    }

    @Test
    void aHandlerThatWasGivenNothingIsSeen() {
        judgeReading();
        assertNamed(collecting, KEY, "its handler read nothing");
    }

    @Test
    void partsMayBeGoneOnceTheLeaseIsOver() {
        collecting.add(gone(2_000), false);
        collecting.add(readLater(), false);
        collecting.judge(List.of(KEY));
        assertThat(collecting.broken()).isEmpty();
        assertThat(collecting.repeated(Reason.LEASE)).isEqualTo(1);
    }

    @Test
    void partsThatAreGoneWithinTheLeaseAreSeen() {
        collecting.add(gone(1_999), false);
        assertNamed(collecting, KEY, "lost its parts to nobody");
    }

    private static List<Line> gone(long at) {
        Line gone = new Line(START + at, Kind.GONE, 1, KEY, 1, START * 1_000, "0 of 2");
        return List.of(line(0, Kind.CALL, 1, ""), line(0, Kind.BEFORE, 1, KEY, ""), gone, line(3_000, Kind.END, 1, ""));
    }

    /** By the node that took over. */
    private static List<Line> readLater() {
        return Stream.of(Kind.BEFORE, Kind.READ, Kind.AFTER)
                .map(kind -> line(2_000, kind, 2, KEY, kind == Kind.READ ? ALL_OF_IT : ""))
                .toList();
    }

    @Test
    void partsOfAJoinThatEndedAreSeenAtTheEnd() {
        audit.leftAtTheEnd(Map.of(KEY, remembering(2, 0)));
        assertThat(audit.broken()).isEmpty();
        audit.leftAtTheEnd(Map.of(KEY, remembering(2, 1)));
        assertNamed(audit, KEY, "its parts are left");
    }

    @Test
    void partsThatNoStateCountsAreSeen() {
        audit.keptApart(new PartRows(7, 2), Map.of(KEY, remembering(2, 0), KILLER, remembering(5, 2)));
        audit.keptApart(new PartRows(0, 0), Map.of());
        assertThat(audit.broken()).isEmpty();
        audit.keptApart(new PartRows(2, 1), Map.of(KEY, remembering(2, 0)));
        audit.keptApart(new PartRows(1, 0), Map.of());
        assertThat(audit.broken())
                .containsExactly(
                        "the store has 2 rows of parts, 1 with their part,"
                                + " and its states count 2 rows of parts, 0 with their part",
                        "the store has 1 rows of parts, 0 with their part,"
                                + " and its states count 0 rows of parts, 0 with their part");
    }

    @Test
    void partsOfJoinsThatWaitOrFlyAreCounted() {
        Join<String> three = new Join<>(
                WHOLE, 3, START, JoinState.NEVER, JoinState.NEVER, Ids.NONE, false, StoredParts.of(1, 3, 9, 3));
        JoinState<String> flying = flying(Status.THREW, START);
        Flight<String> flight = flying.inFlight().get(0);
        Flight<String> collecting =
                new Flight<>(three, flight.cause(), flight.status(), false, 1, 1, 0, null, flight.dueAt());
        assertThat(PartRows.countedIn(List.of(new JoinState<>(three, List.of(flight, collecting), null, 1))))
                .isEqualTo(new PartRows(6, 6));
    }

    @Test
    void whatIsNeverForgottenIsSeen() {
        audit.leftAfterAll(Map.of());
        assertThat(audit.broken()).isEmpty();
        audit.leftAfterAll(Map.of(KEY, remembering(2, 0)));
        assertNamed(audit, KEY, "is never forgotten");
    }

    private static JoinState<String> remembering(int rows, int parts) {
        Ended ended = new Ended(1, rows, parts, START, START + 1, Cause.COMPLETE);
        return new JoinState<>(null, List.of(), null, 1, List.of(ended));
    }

    private static final Join<String> JOIN =
            new Join<>(WHOLE, 2, START, JoinState.NEVER, JoinState.NEVER, Ids.NONE, false);

    private static JoinState<String> flying(Status status, long dueAt) {
        Flight<String> flight = new Flight<>(JOIN, Cause.COMPLETE, status, false, 1, 1, 0, null, dueAt);
        return new JoinState<>(null, List.of(flight), null, 1);
    }

    private static void assertNamed(Audit audit, String who, String what) {
        assertThat(audit.broken()).anySatisfy(breach -> assertThat(breach).contains(who, what));
    }
}

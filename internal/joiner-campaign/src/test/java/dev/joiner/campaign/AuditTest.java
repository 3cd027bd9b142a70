package dev.joiner.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.Cause;
import dev.joiner.campaign.Audit.Reason;
import dev.joiner.campaign.Behaviour.Trouble;
import dev.joiner.campaign.Ledger.Kind;
import dev.joiner.campaign.Ledger.Line;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Flight.Status;
import dev.joiner.spi.JoinState.Join;
import java.time.Duration;
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

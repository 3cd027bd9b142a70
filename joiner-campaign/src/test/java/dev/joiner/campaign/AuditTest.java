package dev.joiner.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.campaign.Audit.Reason;
import dev.joiner.campaign.Ledger.Kind;
import dev.joiner.campaign.Ledger.Line;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The audit sees what it is there to see: planted breaches of what is promised. */
class AuditTest {
    private static final String KEY = "7/2";
    private static final String WHOLE = "7/2=1+0";
    private static final long START = 1_000_000;

    private final Audit audit = new Audit(Duration.ofSeconds(2));

    private static Line line(long at, Kind kind, int attempt, String value) {
        String key = kind == Kind.CALL || kind == Kind.END ? "" : KEY;
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
            Audit strict = new Audit(Duration.ofSeconds(2));
            strict.add(List.of(line(0, Kind.BEFORE, 1, value), line(0, Kind.AFTER, 1, value)), false);
            strict.judge(List.of(KEY));
            assertThat(strict.broken()).as(value).isNotEmpty();
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
    void aPoisonedJoinAndAStrangerAreSeen() {
        audit.add(whole(0, 1), false);
        audit.add(handOver(0, 1, Kind.POISONED), false);
        audit.judge(List.of());
        assertThat(audit.broken()).hasSize(2);
    }
}

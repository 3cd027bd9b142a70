package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.KeyedJoiner;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What has to happen between two lines: the time goes on, so that what has become due by then ends before the next line
 * could be merged into it; or a line begins something new, so that what was before it ends.
 */
final class Interludes {
    private final @Nullable EventClock clock;
    private final @Nullable Duration mostDisorder;
    private final List<FieldCondition> startLines;
    private long disordered;
    private Input.@Nullable Position firstDisordered;

    /**
     * @param clock null if the time does not come from the lines
     * @param mostDisorder a line that is older than the clock by more than this belonged to a join that has ended; null if
     *     joins do not end by time
     */
    Interludes(@Nullable EventClock clock, @Nullable Duration mostDisorder, List<FieldCondition> startLines) {
        this.clock = clock;
        this.mostDisorder = mostDisorder;
        this.startLines = List.copyOf(startLines);
    }

    /** The clock that goes by the lines, if one does. */
    Optional<InstantSource> clock() {
        return Optional.ofNullable(clock);
    }

    /** Counts the line if it should have come before others. Called once for each line, before what happens before it. */
    void see(Line line) {
        Instant time = line.time();
        if (clock != null && time != null && mostDisorder != null && clock.isLaterThan(time, mostDisorder)) {
            disordered++;
            if (firstDisordered == null) {
                firstDisordered = line.at();
            }
        }
    }

    void tellDisorder(Messages messages) {
        if (firstDisordered != null && mostDisorder != null) {
            messages.say("--time: the input is not sorted by it: " + disordered
                    + (disordered == 1 ? " line is" : " lines are") + " older than a line before by more than "
                    + DurationConverter.text(mostDisorder) + ", first " + firstDisordered
                    + "; what should be apart may be merged");
        }
    }

    boolean isNeededBefore(Line line) {
        return isLater(line.time()) || isStart(line);
    }

    void runBefore(Line line, KeyedJoiner<Line, String, ObjectNode, ?> joiner, SweepProblems problems) {
        Instant time = line.time();
        if (clock != null && time != null && clock.isBefore(time)) {
            clock.goOnTo(time);
            problems.of(joiner::sweep);
        }
        if (isStart(line)) {
            joiner.release(line.key());
        }
    }

    private boolean isLater(@Nullable Instant time) {
        return clock != null && time != null && clock.isBefore(time);
    }

    private boolean isStart(Line line) {
        for (FieldCondition condition : startLines) {
            if (condition.holdsIn(line.object())) {
                return true;
            }
        }
        return false;
    }
}

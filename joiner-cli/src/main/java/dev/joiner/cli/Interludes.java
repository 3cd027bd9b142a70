package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.KeyedJoiner;
import dev.joiner.SweepReport;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What has to happen between two lines: the time goes on, so that what has become due by then ends before the next line
 * could be merged into it; or a line begins something new, so that what was before it ends.
 */
final class Interludes {
    private final @Nullable EventClock clock;
    private final List<FieldCondition> startLines;

    /** @param clock null if the time does not come from the lines */
    Interludes(@Nullable EventClock clock, List<FieldCondition> startLines) {
        this.clock = clock;
        this.startLines = List.copyOf(startLines);
    }

    /** The clock that goes by the lines, if one does. */
    Optional<InstantSource> clock() {
        return Optional.ofNullable(clock);
    }

    boolean isNeededBefore(Line line) {
        return isLater(line.time()) || isStart(line);
    }

    void runBefore(Line line, KeyedJoiner<Line, String, ObjectNode, ?> joiner, Consumer<SweepReport> reports) {
        Instant time = line.time();
        if (clock != null && time != null && clock.isBefore(time)) {
            clock.goOnTo(time);
            reports.accept(joiner.sweep());
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

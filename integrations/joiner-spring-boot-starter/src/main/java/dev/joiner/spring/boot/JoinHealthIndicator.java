package dev.joiner.spring.boot;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/** Is down if a store cannot be read, if no sweep has succeeded for too long, or if a join has waited for too long. */
final class JoinHealthIndicator extends AbstractHealthIndicator {
    private final Joins joins;
    private final Optional<JoinSweepers> sweepers;
    private final JoinerProperties properties;
    private final InstantSource clock;
    private final Map<String, Overdue> overdue = new ConcurrentHashMap<>();

    private record Overdue(boolean is, Instant askedAt) {}

    /** @param sweepers empty if this application does not sweep */
    JoinHealthIndicator(
            Joins joins, Optional<JoinSweepers> sweepers, JoinerProperties properties, InstantSource clock) {
        super("joins could not be looked at");
        this.joins = joins;
        this.sweepers = sweepers;
        this.properties = properties;
        this.clock = clock;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        builder.up();
        for (Join<?, ?> join : joins.all()) {
            Map<String, String> details = new LinkedHashMap<>();
            boolean isUp = isReadable(join, details);
            isUp &= isSwept(join.name(), details);
            isUp &= isUp && isInTime(join, details);
            if (!isUp) {
                builder.down();
            }
            builder.withDetail(join.name(), details);
        }
    }

    private static boolean isReadable(Join<?, ?> join, Map<String, String> details) {
        try {
            join.joiner().pending(1);
            details.put("store", "readable");
            return true;
        } catch (RuntimeException e) {
            details.put("store", String.valueOf(e.getMessage()));
            return false;
        }
    }

    private boolean isSwept(String join, Map<String, String> details) {
        Optional<Instant> last = sweepers.flatMap(running -> running.lastSuccess(join));
        if (last.isEmpty()) {
            details.put("lastSweep", "none: this application does not sweep, or not now");
            return true;
        }
        details.put("lastSweep", last.get().toString());
        return !last.get().plus(properties.health().maxSweepAge()).isBefore(clock.instant());
    }

    private boolean isInTime(Join<?, ?> join, Map<String, String> details) {
        Duration max = properties.health().maxPendingAge();
        if (max == null) {
            return true;
        }
        boolean is = isOverdue(join, max);
        details.put("pendingFor", (is ? "longer than " : "at most ") + max);
        return !is;
    }

    /** Reads the whole store, so no more often than is counted. */
    private boolean isOverdue(Join<?, ?> join, Duration max) {
        Instant now = clock.instant();
        @Nullable Overdue last = overdue.get(join.name());
        if (last != null && now.isBefore(last.askedAt.plus(properties.metrics().countInterval()))) {
            return last.is;
        }
        Overdue asked = new Overdue(!join.joiner().pending(max, 1).isEmpty(), now);
        overdue.put(join.name(), asked);
        return asked.is;
    }
}

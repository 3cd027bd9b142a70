package dev.joiner.console;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.PendingJoin;
import dev.joiner.PendingJoin.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Some joins, counted by what people ask first. Overviews of pages can be added up, and the page does so. For one thread. */
final class Overview {
    /** What of a store's contents no two joins share, in messages of errors. */
    private static final Pattern PARTICULARS = Pattern.compile("\"[^\"]*\"|'[^']*'|[0-9][0-9a-fA-F-]*");

    private static final int MOST_CHARACTERS = 300;

    /** Where one bar of a histogram ends and the next begins, in seconds. The last bar has no end. */
    private static final long[] LIMITS = {60, 600, 3_600, 6 * 3_600, 86_400, 7 * 86_400};

    private final Instant now;
    private final Map<Status, Long> counts = new EnumMap<>(Status.class);
    private final long[] ages = new long[LIMITS.length + 1];
    private final long[] expiries = new long[LIMITS.length + 1];
    private final Groups missing = new Groups();
    private final Groups errors = new Groups();
    private long neverExpiring;
    private long read;
    private @Nullable Instant oldestAt;
    private String oldestKey = "";

    Overview(Instant now) {
        this.now = now;
    }

    /** @param key the text of the join's key */
    void add(PendingJoin<?, ?> join, String key) {
        if (join.status() == Status.REMEMBERED) {
            return;
        }
        read++;
        counts.merge(join.status(), 1L, Long::sum);
        join.firstAt().ifPresent(firstAt -> {
            ages[bar(Duration.between(firstAt, now))]++;
            if (oldestAt == null || firstAt.isBefore(oldestAt)) {
                oldestAt = firstAt;
                oldestKey = key;
            }
        });
        if (join.status() == Status.WAITING) {
            join.dueAt().ifPresentOrElse(at -> expiries[bar(Duration.between(now, at))]++, () -> neverExpiring++);
            join.missing().forEach(missing::add);
        }
        join.lastError().ifPresent(error -> errors.add(reason(error)));
    }

    /** What errors have in common that are of one kind: the first line of the message, without the data in it. */
    static String reason(String error) {
        String line = error.strip().lines().findFirst().orElse("");
        String common = PARTICULARS.matcher(line).replaceAll("…");
        return common.length() > MOST_CHARACTERS ? CutText.beginning(common, MOST_CHARACTERS) + "…" : common;
    }

    private static int bar(Duration duration) {
        int bar = 0;
        while (bar < LIMITS.length && duration.toSeconds() >= LIMITS[bar]) {
            bar++;
        }
        return bar;
    }

    ObjectNode toJson() {
        ObjectNode json = Json.object();
        json.put("read", read);
        ObjectNode byStatus = json.putObject("counts");
        counts.forEach((status, count) -> byStatus.put(status.name(), count));
        json.set("limits", Json.array(LIMITS));
        json.set("ages", Json.array(ages));
        json.set("expiries", Json.array(expiries));
        json.put("neverExpiring", neverExpiring);
        if (oldestAt != null) {
            json.putObject("oldest").put("at", oldestAt.toString()).put("key", oldestKey);
        }
        json.set("missing", missing.toJson());
        json.set("errors", errors.toJson());
        return json;
    }
}

package dev.joiner.micrometer;

import dev.joiner.Cause;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The meters of one join. A registry finds a meter by all of its tags, which takes longer than to count. */
final class JoinMeters {
    private final MeterRegistry registry;
    private final String join;

    final Counter incomplete;
    final Counter unchanged;
    final Counter duplicate;
    final Counter late;
    final Counter conflicts;
    final Counter retries;
    final Counter parked;
    private final Map<HandlerEnd, Timer> handlers = new ConcurrentHashMap<>();
    private final Map<HandlerEnd, Timer> ages = new ConcurrentHashMap<>();

    private record HandlerEnd(Cause cause, Ending ending) {}

    JoinMeters(MeterRegistry registry, String join) {
        this.registry = registry;
        this.join = join;
        incomplete = messages("incomplete");
        unchanged = messages("unchanged");
        duplicate = messages("duplicate");
        late = messages("late");
        conflicts = counter(
                        "joiner.conflicts", "Writes that found the key changed by another writer, and were done anew")
                .register(registry);
        retries = counter("joiner.retries", "Handlers that ran after an attempt that failed")
                .register(registry);
        parked = counter("joiner.parked", "Joins whose attempts were used up, and that wait for an operator")
                .register(registry);
        age(Cause.COMPLETE, Ending.JOINED);
        handler(Cause.COMPLETE, Ending.JOINED);
        for (Cause cause : Cause.values()) {
            handler(cause, Ending.FAILED);
        }
    }

    private Counter messages(String outcome) {
        return counter("joiner.messages", "Messages that did not complete a join")
                .tag("outcome", outcome)
                .register(registry);
    }

    private Counter.Builder counter(String name, String description) {
        return Counter.builder(name).description(description).tag("join", join);
    }

    /** Counts what handlers threw. */
    Counter failures(Throwable error) {
        return counter("joiner.failures", "What handlers threw")
                .tag("exception", nameOf(error.getClass()))
                .register(registry);
    }

    /** An anonymous class has no simple name, and is told by the class that it is in. */
    private static String nameOf(Class<?> type) {
        String name = type.getSimpleName();
        return name.isEmpty() ? type.getName().substring(type.getName().lastIndexOf('.') + 1) : name;
    }

    /** How long handlers took that ended so. */
    Timer handler(Cause cause, Ending ending) {
        return handlers.computeIfAbsent(
                new HandlerEnd(cause, ending),
                end -> timer("joiner.handler", "How long handlers took, and how they ended", end));
    }

    /** How long after its first message a join ended so. */
    Timer age(Cause cause, Ending ending) {
        return ages.computeIfAbsent(
                new HandlerEnd(cause, ending),
                end -> timer("joiner.join.age", "Time from the first message of a join until it was handed over", end));
    }

    private Timer timer(String name, String description, HandlerEnd end) {
        return Timer.builder(name)
                .description(description)
                .tag("join", join)
                .tag("cause", end.cause.name().toLowerCase(Locale.ROOT))
                .tag("outcome", end.ending.tag())
                .register(registry);
    }
}

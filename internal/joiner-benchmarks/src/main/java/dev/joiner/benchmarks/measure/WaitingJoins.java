package dev.joiner.benchmarks.measure;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.SweepReport;
import dev.joiner.benchmarks.subject.JoinerStores;
import dev.joiner.benchmarks.work.Message;
import dev.joiner.benchmarks.work.Whole;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;

/** Joins that wait for their second part, of which some expire. */
final class WaitingJoins implements AutoCloseable {
    private static final Duration EXPIRY = Duration.ofMinutes(10);
    private static final Duration LONG_AFTER = Duration.ofDays(1);
    private static final int BATCH = 1000;
    private static final int PARTS = 2;

    private final HandSetClock clock = new HandSetClock();
    private final byte[] value = new byte[100];
    private final JoinerStores.Opened opened;
    private final Joiner<Message, Whole> joiner;
    private long begun;

    WaitingJoins(JoinerStores.Opened opened) {
        this.opened = opened;
        joiner = Joiner.create(
                JoinSpec.joining(Message.class)
                        .keyedBy(Message::key)
                        .<Whole>mergedBy(Whole::merge)
                        .sufficientWhen(Whole::isWhole)
                        .expireAfter(EXPIRY)
                        .onExpired((whole, handOver) -> {})
                        .build(),
                opened.store(),
                clock);
    }

    /** Joins that do not expire in what follows. */
    void beginLasting(long count) {
        clock.set(LONG_AFTER);
        begin(count);
    }

    /** Joins that {@link #sweep} finds. */
    void beginDue(long count) {
        clock.set(Duration.ZERO);
        begin(count);
    }

    private void begin(long count) {
        long end = begun + count;
        while (begun < end) {
            long next = Math.min(end, begun + BATCH);
            List<Message> batch = LongStream.range(begun, next)
                    .mapToObj(number -> new Message("thing-" + number, 0, PARTS, value))
                    .toList();
            joiner.acceptAll(batch);
            begun = next;
        }
    }

    /** Sweeps when what was begun to be due is, and nothing else; how many nanoseconds it took. */
    long sweep(long due) {
        clock.set(EXPIRY.plusMinutes(1));
        long before = System.nanoTime();
        SweepReport report = joiner.sweep();
        long nanos = System.nanoTime() - before;
        if (report.expired() != due || !report.failures().isEmpty()) {
            throw new IllegalStateException(
                    "expired " + report.expired() + " of " + due + ", failures: " + report.failures());
        }
        return nanos;
    }

    @Override
    public void close() {
        joiner.close();
        opened.afterwards().run();
    }
}

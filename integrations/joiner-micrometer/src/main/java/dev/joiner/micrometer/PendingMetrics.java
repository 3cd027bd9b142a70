package dev.joiner.micrometer;

import dev.joiner.KeyedJoiner;
import dev.joiner.PendingJoin.Counts;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Gauges of what is in a joiner's store: how many joins wait, are being handed over, failed, are parked or cannot be read, and how old
 * the oldest is.
 *
 * <p>{@link KeyedJoiner#counts()} reads the whole store, so all gauges share one count. It is taken in the background when a gauge is
 * read and the last count ended longer ago than the interval; whoever reads gets the last one meanwhile. Gauges are NaN where there is
 * none, where it failed, and while a count takes longer than the interval and than twice the time of the last one. Nothing is counted while nobody reads. All nodes that share a store report the same: count on one of them, or
 * take the greatest.
 *
 * <pre>{@code
 * PendingMetrics.builder("orders", joiner)
 *         .interval(Duration.ofMinutes(5))
 *         .build()
 *         .bindTo(registry);
 * }</pre>
 */
public final class PendingMetrics implements MeterBinder {
    private static final String PENDING = "joiner.pending";
    private static final String AGE = "joiner.pending.age";
    private static final Executor BACKGROUND = background();

    private final String join;
    private final KeyedJoiner<?, ?, ?, ?> joiner;
    private final Duration interval;
    private final Executor executor;

    private PendingMetrics(Builder builder) {
        join = builder.join;
        joiner = builder.joiner;
        interval = builder.interval;
        executor = builder.executor;
    }

    /**
     * Begins gauges of a joiner's store.
     *
     * @param join the name of the joiner's spec
     */
    public static Builder builder(String join, KeyedJoiner<?, ?, ?, ?> joiner) {
        return new Builder(Objects.requireNonNull(join, "join"), Objects.requireNonNull(joiner, "joiner"));
    }

    /** The options. Defaults: an interval of 1 minute, a daemon thread for each joiner while it counts. */
    public static final class Builder {
        private final String join;
        private final KeyedJoiner<?, ?, ?, ?> joiner;
        private Duration interval = Duration.ofMinutes(1);
        private Executor executor = BACKGROUND;

        private Builder(String join, KeyedJoiner<?, ?, ?, ?> joiner) {
            this.join = join;
            this.joiner = joiner;
        }

        /**
         * Sets the least time from the end of one count to the beginning of the next. The larger the store, the longer.
         *
         * @param interval positive
         */
        public Builder interval(Duration interval) {
            Objects.requireNonNull(interval, "interval");
            if (interval.isNegative() || interval.isZero()) {
                throw new IllegalArgumentException("interval is " + interval + ", must be positive");
            }
            this.interval = interval;
            return this;
        }

        /** Sets what counts. An executor that runs its task at once lets the reader of a gauge wait for the count. */
        public Builder executor(Executor executor) {
            this.executor = Objects.requireNonNull(executor, "executor");
            return this;
        }

        /** Builds the gauges, which are registered by {@link PendingMetrics#bindTo}. */
        public PendingMetrics build() {
            return new PendingMetrics(this);
        }
    }

    /** Registers the gauges. Those that the registry had for a join of this name are removed. */
    @Override
    public void bindTo(MeterRegistry registry) {
        Gauges.remove(registry, PENDING, join);
        Gauges.remove(registry, AGE, join);
        Clock clock = registry.config().clock();
        CachedCounts counts = new CachedCounts(join, joiner, interval, executor, clock);
        gauge(registry, counts, "waiting", Counts::waiting);
        gauge(registry, counts, "claimed", Counts::claimed);
        gauge(registry, counts, "failed", Counts::failed);
        gauge(registry, counts, "parked", Counts::parked);
        gauge(registry, counts, "unreadable", Counts::unreadable);
        TimeGauge.builder(AGE, counts, TimeUnit.MILLISECONDS, held -> age(held.latest(), clock))
                .description("Time since the first message of the oldest join that is pending")
                .tag("join", join)
                .strongReference(true)
                .register(registry);
    }

    private void gauge(MeterRegistry registry, CachedCounts counts, String status, ToLongFunction<Counts> number) {
        Gauge.builder(PENDING, counts, held -> {
                    Counts latest = held.latest();
                    return latest == null ? Double.NaN : number.applyAsLong(latest);
                })
                .description("Joins in the store")
                .baseUnit("joins")
                .tag("join", join)
                .tag("status", status)
                .strongReference(true)
                .register(registry);
    }

    /** In milliseconds. */
    private static double age(@Nullable Counts counts, Clock clock) {
        if (counts == null) {
            return Double.NaN;
        }
        return counts.oldest()
                .map(first -> (double) Math.max(0, clock.wallTime() - first.toEpochMilli()))
                .orElse(0.0);
    }

    /**
     * Threads that end when they have had nothing to do for a while, so that there is nothing to close. A joiner whose store hangs
     * has one of them, and holds up no other.
     */
    private static Executor background() {
        return new ThreadPoolExecutor(0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
            Thread thread = new Thread(task, "joiner-metrics");
            thread.setDaemon(true);
            return thread;
        });
    }
}

package dev.joiner.spring.boot;

import dev.joiner.Sweeper;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties {@code joiner.*}.
 *
 * @param namespace put before the names of joins, with a dot between, to separate applications that share a database
 * @param closeWithin how long handlers that run are waited for when the application stops: by the sweepers, and again by each joiner
 */
@ConfigurationProperties("joiner")
record JoinerProperties(
        @Nullable String namespace,
        @DefaultValue("10s") Duration closeWithin,
        @DefaultValue Store store,
        @DefaultValue Sweep sweep,
        @DefaultValue Metrics metrics,
        @DefaultValue Health health,
        @DefaultValue Endpoint endpoint) {

    /** @throws IllegalArgumentException if a value makes no sense, which Spring Boot tells as a failure to bind properties */
    JoinerProperties {
        if (closeWithin.isNegative()) {
            throw new IllegalArgumentException("joiner.close-within is " + closeWithin + ", must not be negative");
        }
    }

    private static void checkPositive(String property, @Nullable Duration duration) {
        if (duration != null && (duration.isNegative() || duration.isZero())) {
            throw new IllegalArgumentException(property + " is " + duration + ", must be positive");
        }
    }

    /** What of the application's own a store is built on. */
    enum Connection {
        /** Its {@code DataSource}. */
        DATA_SOURCE,
        /** Its {@code UnifiedJedis}. */
        JEDIS
    }

    /** What a store in a database does in a transaction of its caller's. */
    enum CallersTransaction {
        /** It has transactions of its own. */
        INDEPENDENT,
        /** It takes part in that of the caller. */
        TAKE_PART
    }

    /**
     * Where joins are stored.
     *
     * @param url the URL of the store; the application's own connection by default
     * @param use which connection of the application's, if it has several kinds
     * @param table the table, on the application's {@code DataSource}
     * @param createTable whether the table is created if it is missing
     * @param transactional whether what {@code process} writes by Spring's transactions is committed together with the join
     * @param callersTransaction what {@code accept} does in a transaction of the caller's
     */
    record Store(
            @Nullable String url,
            @Nullable Connection use,
            @DefaultValue("joiner_joins") String table,
            @DefaultValue("true") boolean createTable,
            @DefaultValue("false") boolean transactional,
            @DefaultValue("independent") CallersTransaction callersTransaction) {}

    /**
     * How joiners are swept.
     *
     * @param enabled whether this application sweeps at all
     * @param interval from the end of a sweep to the beginning of the next
     * @param threads how many threads sweep each joiner
     */
    record Sweep(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("1s") Duration interval,
            @DefaultValue("1") int threads) {

        Sweep {
            checkPositive("joiner.sweep.interval", interval);
            if (threads < 1 || threads > Sweeper.Builder.MOST_THREADS) {
                throw new IllegalArgumentException(
                        "joiner.sweep.threads is " + threads + ", must be from 1 to " + Sweeper.Builder.MOST_THREADS);
            }
        }
    }

    /**
     * What is measured.
     *
     * @param countInterval the least time between two counts of a whole store, for gauges
     */
    record Metrics(@DefaultValue("1m") Duration countInterval) {

        Metrics {
            checkPositive("joiner.metrics.count-interval", countInterval);
        }
    }

    /**
     * When the application is healthy.
     *
     * @param maxSweepAge how long ago the last sweep that succeeded may be
     * @param maxPendingAge how long ago the first message of a join that is pending may be; unlimited by default
     */
    record Health(
            @DefaultValue("1m") Duration maxSweepAge,
            @Nullable Duration maxPendingAge) {

        Health {
            checkPositive("joiner.health.max-sweep-age", maxSweepAge);
            checkPositive("joiner.health.max-pending-age", maxPendingAge);
        }
    }

    /**
     * What the actuator's endpoint {@code joins} shows.
     *
     * @param showValues whether it shows the values of joins
     */
    record Endpoint(@DefaultValue("false") boolean showValues) {}
}

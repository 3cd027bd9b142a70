package dev.joiner.benchmarks;

import dev.joiner.benchmarks.measure.Comparison;
import dev.joiner.benchmarks.report.Report;
import dev.joiner.benchmarks.report.Target;
import dev.joiner.benchmarks.subject.JdbcContenders;
import dev.joiner.benchmarks.subject.RedisContenders;

/** What is aimed at on servers, for the usual work. */
final class Aims {
    private final Report report;

    Aims(Report report) {
        this.report = report;
    }

    void onRedis(String where, Comparison comparison) {
        add(comparison, where, RedisContenders.JOINER.name(), RedisContenders.BY_HAND.name(), 0.8);
        add(comparison, where, RedisContenders.JOINER.name(), RedisContenders.CAMEL.name(), 4);
        add(comparison, where, RedisContenders.JOINER.name(), RedisContenders.SPRING.name(), 4);
        add(comparison, where, RedisContenders.BATCHES.name(), RedisContenders.PIPELINED_SCRIPTS.name(), 0.5);
        add(comparison, where, RedisContenders.BATCHES.name(), RedisContenders.JOINER.name(), 10);
    }

    void onDatabase(String where, Comparison comparison) {
        add(comparison, where, JdbcContenders.JOINER.name(), JdbcContenders.BARE.name(), 0.8);
        add(comparison, where, JdbcContenders.JOINER.name(), JdbcContenders.CAMEL.name(), 3);
        add(comparison, where, JdbcContenders.JOINER.name(), JdbcContenders.SPRING.name(), 3);
        add(comparison, where, JdbcContenders.BATCHES.name(), JdbcContenders.JOINER.name(), 8);
    }

    private void add(Comparison comparison, String where, String one, String other, double aim) {
        report.add(Target.atLeast(
                where + "rate of “" + one + "” to that of “" + other + "”",
                aim,
                comparison.of(one).times(comparison.of(other))));
    }
}

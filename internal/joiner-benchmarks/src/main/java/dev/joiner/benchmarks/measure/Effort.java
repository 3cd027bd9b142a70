package dev.joiner.benchmarks.measure;

import java.time.Duration;

/**
 * How much time is given to each contender.
 *
 * @param rounds in which each contender has its turn
 * @param warmUp before the first round, or in each fork
 * @param measured in each round
 */
public record Effort(int rounds, Duration warmUp, Duration measured) {}

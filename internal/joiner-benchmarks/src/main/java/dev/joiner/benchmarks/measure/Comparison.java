package dev.joiner.benchmarks.measure;

import dev.joiner.benchmarks.subject.Contender;
import java.util.List;

/**
 * The same work done by several contenders in the same rounds.
 *
 * @param unit of what {@link Series#trips} counts
 */
public record Comparison(String title, String unit, List<Series> series) {

    public Series of(Contender<?> contender) {
        return of(contender.name());
    }

    public Series of(String name) {
        return series.stream()
                .filter(one -> one.contender().name().equals(name))
                .findAny()
                .orElseThrow(() -> new IllegalArgumentException("not compared: " + name));
    }
}

package dev.joiner.benchmarks.measure;

import dev.joiner.benchmarks.subject.Contender;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/** What the rounds of one contender gave. */
public final class Series {
    private final Contender<?> contender;
    private final List<Double> rates = new ArrayList<>();
    private final List<Double> cpuNanos = new ArrayList<>();
    private final List<long[]> latencies = new ArrayList<>();
    private OptionalDouble bytesPerMessage = OptionalDouble.empty();
    private OptionalDouble trips = OptionalDouble.empty();
    private long again;

    public Series(Contender<?> contender) {
        this.contender = contender;
    }

    public Contender<?> contender() {
        return contender;
    }

    /** One more round, in messages a second. */
    void add(double rate) {
        rates.add(rate);
    }

    /** One more round, in nanoseconds of the processor for each message. */
    void addCpuNanos(double nanos) {
        cpuNanos.add(nanos);
    }

    /** How long calls took, in nanoseconds. */
    void addLatencies(long[] nanos) {
        latencies.add(nanos);
    }

    void setBytesPerMessage(double bytes) {
        bytesPerMessage = OptionalDouble.of(bytes);
    }

    void setAgain(long things) {
        again = things;
    }

    /** How many things were handed over more than once, or, if negative, not at all, though nothing had failed. */
    public long again() {
        return again;
    }

    void setTrips(double perMessage) {
        trips = OptionalDouble.of(perMessage);
    }

    /** Messages a second: the median of the rounds. */
    public double rate() {
        return median(rates);
    }

    /** How many times the rate of another this one's is: the median of the rounds, each of which saw both. */
    public double times(Series other) {
        return medianRatio(rates, other.rates);
    }

    /** Nanoseconds of the processor for each message: the median of the rounds. */
    public OptionalDouble cpuNanos() {
        return cpuNanos.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(median(cpuNanos));
    }

    /** How many times as much of the processor another needs as this one does: the median of the rounds. */
    public double timesTheProcessor(Series other) {
        return medianRatio(other.cpuNanos, cpuNanos);
    }

    private static double medianRatio(List<Double> ones, List<Double> others) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < Math.min(ones.size(), others.size()); i++) {
            ratios.add(ones.get(i) / others.get(i));
        }
        return median(ratios);
    }

    /** How long the call took, in microseconds, that was longer than the given share of all. */
    public OptionalDouble micros(double share) {
        long[] all = latencies.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        return all.length == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(all[(int) Math.min(all.length - 1L, (long) (share * all.length))] / 1e3);
    }

    public OptionalDouble bytesPerMessage() {
        return bytesPerMessage;
    }

    /** Round trips, or statements where the database is in the process. */
    public OptionalDouble trips() {
        return trips;
    }

    static double median(List<Double> values) {
        if (values.isEmpty()) {
            return Double.NaN;
        }
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}

package dev.joiner.benchmarks.measure;

import com.google.common.math.Quantiles;
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

    /** Within how many microseconds so many of a thousand calls were done. */
    public OptionalDouble micros(int ofThousand) {
        long[] all = latencies.stream().flatMapToLong(Arrays::stream).toArray();
        return all.length == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(Quantiles.scale(1000).index(ofThousand).compute(all) / 1e3);
    }

    public OptionalDouble bytesPerMessage() {
        return bytesPerMessage;
    }

    /** Round trips, or statements where the database is in the process. */
    public OptionalDouble trips() {
        return trips;
    }

    static double median(List<Double> values) {
        return values.isEmpty() ? Double.NaN : Quantiles.median().compute(values);
    }
}

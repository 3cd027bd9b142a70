package dev.joiner.benchmarks.measure;

import dev.joiner.Codec;
import dev.joiner.Collected;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.benchmarks.subject.JoinerStores.Opened;
import dev.joiner.benchmarks.work.Whole;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** What one more part costs where a join collects on a server, as the join becomes large: by the clock on the wall. */
public final class CollectingRounds {
    private static final int WARM_UP = 2_000;
    private static final int WINDOW = 400;
    private static final int BATCH = 500;
    private static final int BATCHES = 9;
    private static final String PART = "x".repeat(100);

    private final List<Integer> parts;
    private final Progress progress;

    /** @param parts around which it is measured, ascending */
    public CollectingRounds(List<Integer> parts, Progress progress) {
        this.parts = List.copyOf(parts);
        this.progress = progress;
    }

    /**
     * What was measured.
     *
     * @param title whether parts have ids, and how they come
     * @param micros of a part, around each of the parts asked for
     */
    public record Row(String title, List<Double> micros) {
        /** Around the last, in terms of the first. */
        public double growth() {
            return micros.get(micros.size() - 1) / micros.get(0);
        }
    }

    private record Line(String key, String id) {}

    /**
     * Measures one place.
     *
     * @param stores opens a store for a namespace
     */
    public List<Row> of(String name, Function<String, Opened> stores) {
        List<Row> rows = new ArrayList<>();
        for (boolean hasIds : List.of(false, true)) {
            String kind = hasIds ? "with ids" : "without ids";
            progress.tell(name + ": collecting " + kind);
            Opened opened = stores.apply("collecting-" + hasIds);
            try (KeyedJoiner<Line, String, Whole, Integer> joiner = joiner(opened, hasIds)) {
                lines("warm-up", 0, WARM_UP).forEach(joiner::accept);
                rows.add(new Row(kind + ", one at a time", oneAtATime(joiner)));
                rows.add(new Row(kind + ", in batches of " + BATCH, inBatches(joiner)));
            } finally {
                opened.afterwards().run();
            }
        }
        return rows;
    }

    private List<Double> oneAtATime(KeyedJoiner<Line, String, Whole, Integer> joiner) {
        List<Double> micros = new ArrayList<>();
        int next = 0;
        for (int part : parts) {
            int from = Math.max(next, part - WINDOW / 2);
            fill(joiner, "one", next, from);
            List<Line> window = lines("one", from, from + WINDOW);
            next = from + WINDOW;
            micros.add(median(window.stream()
                    .mapToLong(line -> nanos(() -> joiner.accept(line)))
                    .toArray()));
        }
        return micros;
    }

    private List<Double> inBatches(KeyedJoiner<Line, String, Whole, Integer> joiner) {
        List<Double> micros = new ArrayList<>();
        int next = 0;
        for (int part : parts) {
            int from = Math.max(next, part);
            fill(joiner, "batches", next, from);
            long[] nanos = new long[BATCHES];
            for (int i = 0; i < BATCHES; i++) {
                List<Line> batch = lines("batches", from + i * BATCH, from + (i + 1) * BATCH);
                nanos[i] = nanos(() -> joiner.acceptAll(batch));
            }
            next = from + BATCHES * BATCH;
            micros.add(median(nanos) / BATCH);
        }
        return micros;
    }

    private static void fill(KeyedJoiner<Line, String, Whole, Integer> joiner, String key, int from, int to) {
        for (int i = from; i < to; i += BATCH) {
            joiner.acceptAll(lines(key, i, Math.min(to, i + BATCH)));
        }
    }

    private static List<Line> lines(String key, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(number -> new Line(key, Integer.toString(number)))
                .toList();
    }

    private static long nanos(Runnable work) {
        long began = System.nanoTime();
        work.run();
        return System.nanoTime() - began;
    }

    private static double median(long[] nanos) {
        Arrays.sort(nanos);
        return nanos[nanos.length / 2] / 1_000.0;
    }

    private static KeyedJoiner<Line, String, Whole, Integer> joiner(Opened opened, boolean hasIds) {
        var spec = JoinSpec.joining(Line.class)
                .keyedBy(Line::key)
                .<Whole>mergedBy((line, pending) -> pending == null ? Whole.empty(1) : pending)
                .collecting(line -> PART, Codec.string())
                .sufficientWhen((value, parts) -> false)
                .<Integer>process(Collected::size);
        return Joiner.create((hasIds ? spec.identifiedBy(Line::id) : spec).build(), opened.store());
    }
}

package dev.joiner.benchmarks.measure;

import dev.joiner.Codec;
import dev.joiner.Collected;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.benchmarks.subject.HandWrittenParts;
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
    /** What is said of the rows that are written by hand. */
    public static final String BY_HAND = "by hand";

    /** The end of the title of a row. */
    public static final String ONE_AT_A_TIME = ", one at a time";

    /** The same. */
    public static final String IN_BATCHES = ", in batches of " + BATCH;

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
            return last() / micros.get(0);
        }

        /** Around the last. */
        public double last() {
            return micros.get(micros.size() - 1);
        }
    }

    private record Line(String key, String id) {}

    /** Who takes the lines. */
    private interface Taking {
        void one(Line line);

        void all(List<Line> lines);
    }

    /**
     * Measures one place.
     *
     * @param stores opens a store for a namespace
     * @param byHand what is written by hand there; measured last, and closed
     */
    public List<Row> of(String name, Function<String, Opened> stores, HandWrittenParts byHand) {
        List<Row> rows = new ArrayList<>();
        for (boolean hasIds : List.of(false, true)) {
            String kind = hasIds ? "with ids" : "without ids";
            progress.tell(name + ": collecting " + kind);
            Opened opened = stores.apply("collecting-" + hasIds);
            try (KeyedJoiner<Line, String, Whole, Integer> joiner = joiner(opened, hasIds)) {
                lines("warm-up", 0, WARM_UP).forEach(joiner::accept);
                rows.addAll(rows(kind, new Taking() {
                    @Override
                    public void one(Line line) {
                        joiner.accept(line);
                    }

                    @Override
                    public void all(List<Line> lines) {
                        joiner.acceptAll(lines);
                    }
                }));
            } finally {
                opened.afterwards().run();
            }
        }
        progress.tell(name + ": collecting by hand");
        try (byHand) {
            lines("warm-up", 0, WARM_UP).forEach(line -> byHand.add(line.key(), line.id(), PART));
            rows.addAll(rows(BY_HAND, new Taking() {
                @Override
                public void one(Line line) {
                    byHand.add(line.key(), line.id(), PART);
                }

                @Override
                public void all(List<Line> lines) {
                    byHand.addAll(
                            lines.get(0).key(), lines.stream().map(Line::id).toList(), PART);
                }
            }));
        }
        return rows;
    }

    private List<Row> rows(String kind, Taking taking) {
        return List.of(
                new Row(kind + ONE_AT_A_TIME, oneAtATime(taking)), new Row(kind + IN_BATCHES, inBatches(taking)));
    }

    private List<Double> oneAtATime(Taking taking) {
        List<Double> micros = new ArrayList<>();
        int next = 0;
        for (int part : parts) {
            int from = Math.max(next, part - WINDOW / 2);
            fill(taking, "one", next, from);
            List<Line> window = lines("one", from, from + WINDOW);
            next = from + WINDOW;
            micros.add(median(window.stream()
                    .mapToLong(line -> nanos(() -> taking.one(line)))
                    .toArray()));
        }
        return micros;
    }

    private List<Double> inBatches(Taking taking) {
        List<Double> micros = new ArrayList<>();
        int next = 0;
        for (int part : parts) {
            int from = Math.max(next, part);
            fill(taking, "batches", next, from);
            long[] nanos = new long[BATCHES];
            for (int i = 0; i < BATCHES; i++) {
                List<Line> batch = lines("batches", from + i * BATCH, from + (i + 1) * BATCH);
                nanos[i] = nanos(() -> taking.all(batch));
            }
            next = from + BATCHES * BATCH;
            micros.add(median(nanos) / BATCH);
        }
        return micros;
    }

    private static void fill(Taking taking, String key, int from, int to) {
        for (int i = from; i < to; i += BATCH) {
            taking.all(lines(key, i, Math.min(to, i + BATCH)));
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

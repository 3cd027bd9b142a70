package dev.joiner.benchmarks.measure;

import dev.joiner.Codec;
import dev.joiner.Collected;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.benchmarks.subject.HandWrittenParts;
import dev.joiner.benchmarks.subject.JoinerStores.Opened;
import dev.joiner.benchmarks.subject.Subject;
import dev.joiner.benchmarks.subject.Subject.Lane;
import dev.joiner.benchmarks.work.Message;
import dev.joiner.benchmarks.work.Whole;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/** What one more part costs where a join collects on a server, as the join becomes large: by the clock on the wall. */
public final class CollectingRounds {
    private static final int WARM_UP = 2_000;
    private static final int WINDOW = 400;
    private static final int BATCH = 500;
    private static final int BATCHES = 9;
    /** How many joins are filled one after the other, so that what a server does now and then falls on a few of them only. */
    private static final int JOINS = 5;
    /** Around part 10,000 each of theirs takes a while. */
    private static final int PEERS_WINDOW = 20;

    private static final int PEERS_WARM_UP = 300;
    /** What is said of the rows that are written by hand. */
    public static final String BY_HAND = "by hand";

    /** The end of the title of a row. */
    public static final String ONE_AT_A_TIME = ", one at a time";

    /** The same. */
    public static final String IN_BATCHES = ", in batches of " + BATCH;

    private static final String PART = "x".repeat(100);

    private final List<Integer> parts;
    private final Duration timeOfPeers;
    private final Progress progress;
    private int settled;

    /**
     * @param parts around which it is measured, ascending
     * @param timeOfPeers how long each of them may take for the parts in between
     */
    public CollectingRounds(List<Integer> parts, Duration timeOfPeers, Progress progress) {
        this.parts = List.copyOf(parts);
        this.timeOfPeers = timeOfPeers;
        this.progress = progress;
    }

    /**
     * What was measured.
     *
     * @param title whether parts have ids, and how they come
     * @param micros of a part, around each of the parts asked for
     */
    public record Row(String title, List<Double> micros) {
        /** Around a part that was not reached in the time that peers have. */
        public static final double NOT_REACHED = Double.NaN;

        /** Around the last, in terms of the first. */
        public double growth() {
            return last() / micros.get(0);
        }

        /** Around the last. */
        public double last() {
            return micros.get(micros.size() - 1);
        }
    }

    /**
     * How much room it takes.
     *
     * @param title whether parts have ids
     * @param bytesOfPart in the store, a part with all that is kept of it
     */
    public record Room(String title, double bytesOfPart) {}

    /** All that was measured in one place. */
    public record Findings(List<Row> rows, List<Room> rooms) {}

    /** A framework that collects, as far as it gets. */
    public record Peer(String name, Callable<Subject> opening) {}

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
     * @param byHand what is written by hand there; closed
     * @param bytesHeld how much the place holds
     */
    public Findings of(
            String name,
            Function<String, Opened> stores,
            HandWrittenParts byHand,
            List<Peer> peers,
            LongSupplier bytesHeld)
            throws Exception {
        List<Row> rows = new ArrayList<>();
        List<Room> rooms = new ArrayList<>();
        for (boolean hasIds : List.of(false, true)) {
            String kind = hasIds ? "with ids" : "without ids";
            progress.tell(name + ": collecting " + kind);
            Opened opened = stores.apply("collecting-" + hasIds);
            try (KeyedJoiner<Line, String, Whole, Integer> joiner = joiner(opened, hasIds)) {
                measure(kind, joiner::accept, joiner::acceptAll, bytesHeld, rows, rooms);
            } finally {
                opened.afterwards().run();
            }
        }
        progress.tell(name + ": collecting by hand");
        try (byHand) {
            measure(
                    BY_HAND,
                    line -> byHand.add(line.key(), line.id(), PART),
                    lines -> byHand.addAll(
                            lines.get(0).key(), lines.stream().map(Line::id).toList(), PART),
                    bytesHeld,
                    rows,
                    rooms);
        }
        for (Peer peer : peers) {
            progress.tell(name + ": collecting in " + peer.name());
            rows.add(asFarAsItGets(peer));
        }
        return new Findings(rows, rooms);
    }

    private void measure(
            String kind,
            Consumer<Line> one,
            Consumer<List<Line>> all,
            LongSupplier bytesHeld,
            List<Row> rows,
            List<Room> rooms) {
        AtomicLong taken = new AtomicLong();
        Taking taking = new Taking() {
            @Override
            public void one(Line line) {
                one.accept(line);
                taken.incrementAndGet();
            }

            @Override
            public void all(List<Line> lines) {
                all.accept(lines);
                taken.addAndGet(lines.size());
            }
        };
        long before = bytesHeld.getAsLong();
        settle(taking);
        rows.addAll(rows(kind, taking));
        rooms.add(new Room(kind, (double) (bytesHeld.getAsLong() - before) / taken.get()));
    }

    private Row asFarAsItGets(Peer peer) throws Exception {
        byte[] value = PART.getBytes(StandardCharsets.UTF_8);
        List<Double> micros = new ArrayList<>();
        try (Subject subject = peer.opening().call();
                Lane lane = subject.lane(0)) {
            for (int i = 0; i < PEERS_WARM_UP; i++) {
                lane.accept(new Message("warm-up", i, Integer.MAX_VALUE, value));
            }
            long until = System.nanoTime() + timeOfPeers.toNanos();
            int next = 0;
            for (int part : parts) {
                int from = Math.max(next, part - PEERS_WINDOW / 2);
                while (next < from && System.nanoTime() < until) {
                    lane.accept(new Message("one", next++, Integer.MAX_VALUE, value));
                }
                long[] nanos = new long[PEERS_WINDOW];
                for (int i = 0; next >= from && i < nanos.length; i++) {
                    long began = System.nanoTime();
                    lane.accept(new Message("one", next++, Integer.MAX_VALUE, value));
                    nanos[i] = System.nanoTime() - began;
                }
                micros.add(next < from ? Row.NOT_REACHED : median(nanos));
            }
            return new Row(
                    String.format(Locale.ROOT, "%s (%,d parts in %d s)", peer.name(), next, timeOfPeers.toSeconds()),
                    micros);
        }
    }

    private List<Row> rows(String kind, Taking taking) {
        return List.of(
                new Row(kind + ONE_AT_A_TIME, oneAtATime(taking)), new Row(kind + IN_BATCHES, inBatches(taking)));
    }

    private List<Double> oneAtATime(Taking taking) {
        long[][] nanos = new long[parts.size()][JOINS * WINDOW];
        for (int join = 0; join < JOINS; join++) {
            String key = "one-" + join;
            int next = 0;
            for (int i = 0; i < parts.size(); i++) {
                int from = Math.max(next, parts.get(i) - WINDOW / 2);
                fill(taking, key, next, from);
                settle(taking);
                next = from + WINDOW;
                int at = join * WINDOW;
                for (Line line : lines(key, from, next)) {
                    nanos[i][at++] = nanos(() -> taking.one(line));
                }
            }
        }
        return Arrays.stream(nanos).map(CollectingRounds::median).toList();
    }

    /** Goes on with another join until the server has on disk what the last batches brought. */
    private void settle(Taking taking) {
        for (Line line : lines("settling", settled, settled + WARM_UP)) {
            taking.one(line);
        }
        settled += WARM_UP;
    }

    private List<Double> inBatches(Taking taking) {
        long[][] nanos = new long[parts.size()][JOINS * BATCHES];
        for (int join = 0; join < JOINS; join++) {
            String key = "batches-" + join;
            int next = 0;
            for (int i = 0; i < parts.size(); i++) {
                int from = Math.max(next, parts.get(i));
                fill(taking, key, next, from);
                settle(taking);
                next = from + BATCHES * BATCH;
                for (int j = 0; j < BATCHES; j++) {
                    List<Line> batch = lines(key, from + j * BATCH, from + (j + 1) * BATCH);
                    nanos[i][join * BATCHES + j] = nanos(() -> taking.all(batch));
                }
            }
        }
        return Arrays.stream(nanos).map(ofBatches -> median(ofBatches) / BATCH).toList();
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

package dev.joiner.examples;

import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.JoinStores;
import dev.joiner.Joiner;
import dev.joiner.KeyCodec;
import dev.joiner.Outcome;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Two consumers of one queue, each with a half of every thing, meet on one Redis: one of them completes a thing, never both.
 *
 * <p>Here they are two threads with a joiner each; two processes on two machines are no different.
 */
public final class TwoConsumersExample {

    record Half(long thing, boolean isFirst) {}

    private TwoConsumersExample() {}

    /** Joins 1,000 things; the argument is the URL of a Redis, {@code redis://localhost:6379} without one. */
    public static void main(String[] args) throws Exception {
        run(args.length == 0 ? "redis://localhost:6379" : args[0], "two-consumers", 1_000, System.out);
    }

    static void run(String redis, String namespace, int things, PrintStream out)
            throws InterruptedException, ExecutionException {
        ExecutorService consumers = Executors.newFixedThreadPool(2);
        try {
            List<Future<Integer>> joined = new ArrayList<>();
            for (boolean first : new boolean[] {true, false}) {
                joined.add(consumers.submit(() -> consume(redis, namespace, things, first)));
            }
            int sum = 0;
            for (Future<Integer> consumer : joined) {
                sum += consumer.get();
            }
            out.println(sum + " things joined by two consumers");
        } finally {
            consumers.shutdownNow();
        }
    }

    private static int consume(String redis, String namespace, int things, boolean first) {
        var spec = JoinSpec.joining(Half.class)
                .keyedBy(Half::thing)
                .mergedBy(
                        String.class,
                        (half, pending) -> (pending == null ? "" : pending) + (half.isFirst() ? "1" : "2"))
                .sufficientWhen(halves -> halves.length() == 2)
                .build();
        var config = JoinStoreConfig.of(namespace, KeyCodec.longs(), Codec.string());
        int joined = 0;
        try (Joiner<Half, String> joiner = Joiner.create(spec, JoinStores.open(redis, config))) {
            for (long thing = 0; thing < things; thing++) {
                if (joiner.accept(new Half(thing, first)) instanceof Outcome.Joined<String>) {
                    joined++;
                }
            }
        }
        return joined;
    }
}

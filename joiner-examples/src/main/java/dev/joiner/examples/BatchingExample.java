package dev.joiner.examples;

import dev.joiner.Cause;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.Sweeper;
import dev.joiner.store.memory.MapJoinStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** Rows for a bulk insert are collected by table: a batch goes out when it has 100 rows, or after five seconds. */
public final class BatchingExample {

    record Row(String table, String text) {}

    private BatchingExample() {}

    /** Writes 250 rows: two full batches at once, and what is left when its time is over. */
    @SuppressWarnings("try") // the sweeper works by being open
    public static void main(String[] args) throws InterruptedException {
        var spec = batches((rows, cause) -> System.out.println("insert " + rows.size() + " rows, " + cause));
        try (Joiner<Row, Integer> joiner = Joiner.create(spec, MapJoinStore.create());
                Sweeper sweeper = Sweeper.start(joiner, Duration.ofSeconds(1))) {
            for (int i = 0; i < 250; i++) {
                joiner.accept(new Row("events", "row " + i));
            }
            Thread.sleep(7_000);
        }
    }

    static JoinSpec<Row, String, List<Row>, Integer> batches(BiConsumer<List<Row>, Cause> insert) {
        return JoinSpec.joining(Row.class)
                .keyedBy(Row::table)
                .<List<Row>>mergedBy((row, pending) -> {
                    List<Row> rows = new ArrayList<>(pending == null ? List.of() : pending);
                    rows.add(row);
                    return List.copyOf(rows);
                })
                .sufficientWhen(rows -> rows.size() == 100)
                .expireAfter(Duration.ofSeconds(5)) // since the first row
                .joinOnExpiry()
                .process((rows, handOver) -> {
                    insert.accept(rows, handOver.cause());
                    return rows.size();
                })
                .build();
    }
}

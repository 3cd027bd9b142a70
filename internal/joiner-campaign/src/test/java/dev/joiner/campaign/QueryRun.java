package dev.joiner.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

/** Lets events arrive at a query in many orders, and compares the rows that come out with those that have to. */
final class QueryRun {
    static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final int LARGEST_BATCH = 20;
    private static final Duration LONGEST_BATCH = Duration.ofSeconds(15);
    private static final int ONE_SWEEP_OF = 4;
    /** Each order has days of its own. */
    private static final Duration DAYS_OF_AN_ORDER = Duration.ofDays(10);

    private final NexmarkQuery<?, ?, ?> query;
    private final UnaryOperator<AuctionHouse> loss;
    private int rows;

    QueryRun(NexmarkQuery<?, ?, ?> query) {
        this(query, house -> house);
    }

    /** @param loss what the oracle is not told of */
    QueryRun(NexmarkQuery<?, ?, ?> query, UnaryOperator<AuctionHouse> loss) {
        this.query = query;
        this.loss = loss;
    }

    /** How many rows were compared. */
    int rows() {
        return rows;
    }

    /** Half of the orders are any, and half follow the time of the events; half come in batches. Each is of other events. */
    void run(QueryEngine engine, int orders, long seed) {
        for (int order = 0; order < orders; order++) {
            Random random = new Random(seed + order);
            run(engine, order, random, "-Dseed=" + seed + ", order " + order + " of " + query.title());
        }
    }

    private void run(QueryEngine engine, int order, Random random, String where) {
        Instant begin = BEGIN.plus(DAYS_OF_AN_ORDER.multipliedBy(order));
        AuctionHouse house = AuctionHouse.open(random, begin);
        List<AuctionEvent> events = house.events().stream().filter(query::reads).toList();
        boolean followsTime = order % 2 == 1;
        List<Arrival> arrivals =
                followsTime ? Arrival.byTime(events, begin, random) : Arrival.inAnyOrder(events, begin, random);
        int batch = order % 4 < 2 ? 1 : LARGEST_BATCH;
        for (int from = 0; from < arrivals.size(); ) {
            int to = from + sizeOfBatch(arrivals.subList(from, arrivals.size()), 1 + random.nextInt(batch));
            engine.advanceTo(arrivals.get(from).now());
            if (followsTime && random.nextInt(ONE_SWEEP_OF) == 0) {
                engine.sweep();
            }
            engine.accept(
                    arrivals.subList(from, to).stream().map(Arrival::event).toList());
            from = to;
        }
        for (int days = 2; days <= 8; days += 2) { // the ends of auctions, of what waits without one, and of memories
            engine.advanceTo(begin.plus(Duration.ofDays(days)));
            engine.sweep();
        }
        List<String> expected = query.expected(loss.apply(house));
        rows += expected.size();
        assertThat(engine.takeRows()).as(where).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(engine.size()).as("left by %s", where).isZero();
    }

    /** No batch is so long that its first event would be taken long before its last. */
    private static int sizeOfBatch(List<Arrival> arrivals, int most) {
        Instant end = arrivals.get(0).now().plus(LONGEST_BATCH);
        int size = 1;
        while (size < most && size < arrivals.size() && arrivals.get(size).now().isBefore(end)) {
            size++;
        }
        return size;
    }
}

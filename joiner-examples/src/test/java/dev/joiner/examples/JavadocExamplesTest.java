package dev.joiner.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.joiner.Cause;
import dev.joiner.HandOver;
import dev.joiner.JoinListener;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.KeyCodec;
import dev.joiner.StoreException;
import dev.joiner.SweepReport;
import dev.joiner.Sweeper;
import dev.joiner.store.memory.CaffeineJoinStore;
import dev.joiner.store.memory.MapJoinStore;
import dev.joiner.testing.HandSetClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the Javadoc shows and no other example does. */
class JavadocExamplesTest {
    record Part(String order, int number) {}

    private final List<String> expired = new ArrayList<>();

    /** Sums of numbers, which nothing but time completes. */
    private JoinSpec<Part, String, Integer, Integer> spec(JoinListener listener) {
        return JoinSpec.joining(Part.class)
                .keyedBy(Part::order)
                .mergedBy(JavadocExamplesTest::sum)
                .sufficientWhen(sum -> sum >= 10)
                .expireAfter(Duration.ofMinutes(10))
                .onExpired((sum, handOver) -> expired.add(handOver.key() + " " + handOver.cause()))
                .listener(listener)
                .build();
    }

    private static Integer sum(Part part, @Nullable Integer pending) {
        return pending == null ? part.number() : pending + part.number();
    }

    @Test
    void boundedMapRefusesNewKeys() {
        // snippet:bounded-map
        MapJoinStore<String, Integer> store = MapJoinStore.bounded(2);
        // end:bounded-map

        try (Joiner<Part, Integer> joiner = Joiner.create(spec(new JoinListener() {}), store)) {
            joiner.accept(new Part("a", 1));
            joiner.accept(new Part("b", 1));

            assertThatExceptionOfType(StoreException.class).isThrownBy(() -> joiner.accept(new Part("c", 1)));
        }
    }

    @Test
    void caffeineHandsOverWhatWaitedLongest() {
        // snippet:caffeine-store
        CaffeineJoinStore<String, Integer> store =
                CaffeineJoinStore.builder().maximumSize(2).build();
        // end:caffeine-store

        try (Joiner<Part, Integer> joiner = Joiner.create(spec(new JoinListener() {}), store)) {
            joiner.accept(new Part("a", 1));
            joiner.accept(new Part("b", 1));
            joiner.accept(new Part("c", 1));
            joiner.sweep();
        }

        assertThat(expired).containsExactly("a " + Cause.EVICTED);
    }

    // snippet:listener
    static final class CountingListener implements JoinListener {
        final LongAdder joined = new LongAdder();
        final LongAdder failed = new LongAdder();

        @Override
        public void joined(HandOver<?> handOver, Duration age, Duration took) {
            joined.increment();
        }

        @Override
        public void failed(HandOver<?> handOver, Duration age, Duration took, Throwable error, boolean last) {
            failed.increment();
        }
    }
    // end:listener

    @Test
    void listenerCounts() {
        CountingListener listener = new CountingListener();

        try (Joiner<Part, Integer> joiner = Joiner.create(spec(listener), MapJoinStore.create())) {
            joiner.accept(new Part("a", 4));
            joiner.accept(new Part("a", 6));
        }

        assertThat(listener.joined.sum()).isEqualTo(1);
        assertThat(listener.failed.sum()).isZero();
    }

    @Test
    void sweeperWithOptionsReports() throws InterruptedException {
        HandSetClock clock = new HandSetClock(Instant.EPOCH);
        BlockingQueue<SweepReport> reports = new LinkedBlockingQueue<>();
        try (Joiner<Part, Integer> joiner = Joiner.create(spec(new JoinListener() {}), MapJoinStore.create(), clock)) {
            joiner.accept(new Part("a", 4));
            clock.advance(Duration.ofMinutes(10));
            // snippet:sweeper
            Sweeper sweeper = Sweeper.builder(joiner)
                    .interval(Duration.ofMillis(200))
                    .threads(2)
                    .onReport(reports::add)
                    .start();
            // end:sweeper
            try (sweeper) {
                assertThat(reports.poll(1, TimeUnit.MINUTES)).isNotNull();
            }
        }

        assertThat(expired).containsExactly("a " + Cause.EXPIRED);
    }

    @Test
    void keysOfTwoFieldsAreText() {
        // snippet:key-codec
        record LineKey(long order, int line) {}

        KeyCodec<LineKey> keys = KeyCodec.of(key -> key.order() + "/" + key.line(), text -> {
            int slash = text.indexOf('/');
            return new LineKey(Long.parseLong(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
        });
        // end:key-codec

        assertThat(keys.encode(new LineKey(17, 3))).isEqualTo("17/3");
        assertThat(keys.decode("17/3")).isEqualTo(new LineKey(17, 3));
    }
}

package dev.joiner.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.joiner.benchmarks.measure.DatabasePlace;
import dev.joiner.benchmarks.measure.RedisPlace;
import dev.joiner.benchmarks.subject.Contender;
import dev.joiner.benchmarks.subject.Contender.Kind;
import dev.joiner.benchmarks.subject.Database;
import dev.joiner.benchmarks.subject.Database.Product;
import dev.joiner.benchmarks.subject.JdbcContenders;
import dev.joiner.benchmarks.subject.MemoryContenders;
import dev.joiner.benchmarks.subject.RedisAddress;
import dev.joiner.benchmarks.subject.RedisContenders;
import dev.joiner.benchmarks.subject.Subject;
import dev.joiner.benchmarks.subject.ThisProcess;
import dev.joiner.benchmarks.work.Feed;
import dev.joiner.benchmarks.work.Message;
import dev.joiner.benchmarks.work.Whole;
import dev.joiner.benchmarks.work.Work;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every subject joins what it is given, so that figures of it mean something. No time is looked at. */
class SmokeTest {
    private static final Work WORK = new Work(3, 100, 6, 2, 1);
    private static final Work TWO_NODES = new Work(2, 100, 4, 1, 2);
    private static final int STEPS = 20;

    private static <E> void joins(Contender<E> contender, E on, Work work) throws Exception {
        Map<String, Whole> received = new ConcurrentHashMap<>();
        Queue<String> twice = new ConcurrentLinkedQueue<>();
        List<Feed> feeds = new ArrayList<>();
        Subject subject = contender.opening().open(on, work, (key, whole) -> {
            if (received.put(key, whole) != null) {
                twice.add(key);
            }
        });
        ExecutorService threads = Executors.newFixedThreadPool(work.lanes());
        try {
            List<Future<?>> ends = new ArrayList<>();
            for (int i = 0; i < work.lanes(); i++) {
                Feed feed = Feed.fresh("thing-", work, i);
                feeds.add(feed);
                Subject.Lane lane = subject.lane(i / work.threads());
                ends.add(threads.submit(() -> {
                    drive(lane, feed, contender.batch());
                    return null;
                }));
            }
            for (Future<?> end : ends) {
                try {
                    end.get(1, TimeUnit.MINUTES);
                } catch (TimeoutException e) {
                    throw new AssertionError(contender.name() + " goes on and on", e);
                }
            }
            if (contender.joins()) { // Camel hands over on threads of its own where its exchanges were lost
                await(contender.name()).until(() -> received.size() >= whole(feeds));
            }
        } finally {
            threads.shutdownNow();
            subject.close();
        }
        if (contender.joins()) {
            if (contender.kind() != Kind.PEER) { // Camel's recovery may begin what is just being handed over
                assertThat(twice).as(contender.name()).isEmpty();
            }
            long whole = whole(feeds);
            assertThat(whole).isPositive();
            assertThat(received).as(contender.name()).hasSize(Math.toIntExact(whole));
            byte[] value = Feed.fresh("", work, 0).next().value();
            assertThat(received.values()).allSatisfy(one -> {
                assertThat(one.isWhole()).isTrue();
                for (int part = 0; part < work.parts(); part++) {
                    assertThat(one.value(part)).isEqualTo(value);
                }
            });
        }
    }

    private static long whole(List<Feed> feeds) {
        return feeds.stream().mapToLong(Feed::lastParts).sum();
    }

    private static void drive(Subject.Lane lane, Feed feed, int batch) throws Exception {
        while (feed.steps() < STEPS) {
            if (batch == 1) {
                lane.accept(feed.next());
            } else {
                List<Message> some = feed.next(7);
                lane.acceptAll(some);
            }
        }
        lane.close();
    }

    @Nested
    class InMemory {
        static List<Contender<ThisProcess>> contenders() {
            return MemoryContenders.all();
        }

        @ParameterizedTest
        @MethodSource("contenders")
        void joins(Contender<ThisProcess> contender) throws Exception {
            SmokeTest.joins(contender, ThisProcess.MEMORY, WORK);
        }
    }

    @Nested
    class OnRedis {
        @TempDir
        private static Path folder;

        @Test
        void joins() throws Exception {
            try (RedisPlace redis = RedisPlace.start(folder)) {
                for (Contender<RedisAddress> contender : RedisContenders.all()) {
                    SmokeTest.joins(contender, redis.direct(), WORK);
                }
                SmokeTest.joins(RedisContenders.JOINER, redis.direct(), TWO_NODES);
            }
        }
    }

    @Nested
    class OnDatabase {
        @TempDir
        private Path folder;

        @ParameterizedTest
        @EnumSource
        void joins(Product product) throws Exception {
            try (DatabasePlace place = DatabasePlace.start(product, folder)) {
                for (Contender<Database> contender : JdbcContenders.all()) {
                    SmokeTest.joins(contender, place.direct(), WORK);
                }
                SmokeTest.joins(JdbcContenders.JOINER, place.direct(), TWO_NODES);
                SmokeTest.joins(JdbcContenders.TEXT, place.direct(), WORK);
                SmokeTest.joins(JdbcContenders.BYTES, place.direct(), WORK);
            }
        }
    }
}

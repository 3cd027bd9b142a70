package dev.joiner.internal.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TurnsTest {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<String> done = new CopyOnWriteArrayList<>();

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    private String await(CountDownLatch latch, String what) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return did(what);
    }

    private String did(String what) {
        done.add(what);
        return what;
    }

    @Test
    void oneKeyIsTakenByOneThreadAfterTheOther() throws Exception {
        Turns turns = new Turns(Duration.ofDays(1));
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Future<String> first = threads.submit(() -> turns.take("k", () -> {
            began.countDown();
            return await(go, "first");
        }));
        began.await();
        Thread second = new Thread(() -> turns.take("k", () -> did("second")));
        second.start();
        Awaitility.await().until(() -> second.getState() == Thread.State.TIMED_WAITING);
        assertThat(turns.take("another key", () -> did("other"))).isEqualTo("other");

        go.countDown();

        assertThat(first.get()).isEqualTo("first");
        second.join();
        assertThat(done).containsExactly("other", "first", "second");
    }

    @Test
    void nobodyWaitsForEver() throws Exception {
        Turns turns = new Turns(Duration.ofMillis(1));
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Future<String> first = threads.submit(() -> turns.take("k", () -> {
            began.countDown();
            return await(go, "first");
        }));
        began.await();

        assertThat(turns.take("k", () -> did("second"))).isEqualTo("second");

        go.countDown();
        first.get();
        assertThat(done).containsExactly("second", "first");
    }

    @Test
    void anInterruptIsKeptAndDoesNotStopTheWork() {
        Thread.currentThread().interrupt();

        assertThat(new Turns().take("k", () -> did("work"))).isEqualTo("work");

        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aTurnEndsWithAnException() throws Exception {
        Turns turns = new Turns(Duration.ofDays(1));
        assertThatThrownBy(() -> turns.take("k", () -> {
                    throw new IllegalStateException("merge");
                }))
                .hasMessage("merge");

        assertThat(threads.submit(() -> turns.take("k", () -> "next")).get()).isEqualTo("next");
    }
}

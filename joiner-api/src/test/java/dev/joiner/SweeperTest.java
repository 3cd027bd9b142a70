package dev.joiner;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.joiner.spi.JoinState;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SweeperTest {
    private static final Duration SHORT = Duration.ofMillis(1);
    private static final SweepReport NOTHING = new SweepReport(0, 0, 0, 0, List.of());

    /** A joiner that can only be swept. */
    private abstract static class Swept implements Joiner<String, String> {
        @Override
        public Outcome<String> accept(String message) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Outcome<String>> acceptAll(Collection<? extends String> messages) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Outcome.Joined<String>> release(Object key) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<JoinState.Join<?>> drop(Object key) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<JoinState<?>> find(Object key) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }

    @Test
    void goesOnAfterWhateverASweepThrows() {
        AtomicInteger sweeps = new AtomicInteger();
        Swept joiner = new Swept() {
            @Override
            public SweepReport sweep() {
                switch (sweeps.incrementAndGet()) {
                    case 1 -> throw new StoreException("down");
                    case 2 -> throw new AssertionError("worse");
                    case 3 -> {
                        return new SweepReport(
                                0, 0, 0, 0, List.of(new SweepReport.Failure("k", new StoreException("one key"))));
                    }
                    default -> {
                        return NOTHING;
                    }
                }
            }
        };
        try (Sweeper sweeper = Sweeper.start(joiner, SHORT)) {
            assertThat(sweeper).isNotNull();
            await().until(() -> sweeps.get() >= 5);
        }
    }

    @Test
    void runsOnADaemonThreadOfItsOwn() {
        AtomicBoolean daemon = new AtomicBoolean();
        CountDownLatch swept = new CountDownLatch(1);
        Swept joiner = new Swept() {
            @Override
            public SweepReport sweep() {
                daemon.set(Thread.currentThread().isDaemon());
                swept.countDown();
                return NOTHING;
            }
        };
        try (Sweeper sweeper = Sweeper.start(joiner, SHORT)) {
            assertThat(sweeper).isNotNull();
            await().until(() -> swept.getCount() == 0);
        }
        assertThat(daemon).isTrue();
    }

    @Test
    void closeWaitsForTheSweepUnderWayAndNoneFollows() throws Exception {
        AtomicInteger sweeps = new AtomicInteger();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        AtomicBoolean ended = new AtomicBoolean();
        Swept joiner = new Swept() {
            @Override
            public SweepReport sweep() {
                sweeps.incrementAndGet();
                begun.countDown();
                try {
                    assertThat(mayEnd.await(30, SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                ended.set(true);
                return NOTHING;
            }
        };
        ScheduledThreadPoolExecutor scheduler = new ScheduledThreadPoolExecutor(2);
        scheduler.setRemoveOnCancelPolicy(true);
        try {
            Sweeper sweeper = Sweeper.start(joiner, SHORT, scheduler);
            assertThat(begun.await(30, SECONDS)).isTrue();
            AtomicBoolean endedAtClose = new AtomicBoolean();
            Thread closing = new Thread(() -> {
                sweeper.close();
                endedAtClose.set(ended.get());
            });
            closing.start();
            await().until(() -> closing.getState() == Thread.State.WAITING);
            mayEnd.countDown();
            closing.join();

            assertThat(endedAtClose).isTrue();
            assertThat(scheduler.isShutdown()).isFalse();
            await().until(() -> scheduler.getActiveCount() == 0);
            assertThat(scheduler.getQueue()).isEmpty();
            assertThat(sweeps).hasValue(1);
        } finally {
            scheduler.shutdownNow();
        }
    }

    @Test
    void sweepMayCloseItsOwnSweeper() {
        AtomicBoolean closed = new AtomicBoolean();
        Sweeper[] sweeper = new Sweeper[1];
        CountDownLatch started = new CountDownLatch(1);
        Swept joiner = new Swept() {
            @Override
            public SweepReport sweep() {
                try {
                    started.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                sweeper[0].close();
                closed.set(true);
                return NOTHING;
            }
        };
        sweeper[0] = Sweeper.start(joiner, SHORT);
        started.countDown();

        await().untilTrue(closed);
    }

    @Test
    void intervalThatIsNotPositiveIsRefused() {
        Swept joiner = new Swept() {
            @Override
            public SweepReport sweep() {
                return NOTHING;
            }
        };
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> Sweeper.start(joiner, Duration.ZERO))
                .withMessage("interval is PT0S, must be positive");
    }
}

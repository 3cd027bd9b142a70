package dev.joiner;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.joiner.internal.driver.MapStore;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SweeperTest {
    private static final Duration SHORT = Duration.ofMillis(1);
    private static final SweepReport NOTHING = new SweepReport(0, 0, 0, 0, 0, 0, List.of());

    /** A joiner that can only be swept. */
    private record Swept(Sweeping sweeping) implements Joiner<String, String> {

        private interface Sweeping {
            SweepReport sweep(BooleanSupplier goesOn) throws Exception;
        }

        @Override
        public SweepReport sweep(BooleanSupplier goesOn) {
            try {
                return sweeping.sweep(goesOn);
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public Outcome<String> accept(String message) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Outcome<String>> acceptAll(Collection<? extends String> messages) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isClosed() {
            return false;
        }

        @Override
        public void close(Duration within) {}

        @Override
        public String toString() {
            return "Joiner[orders]";
        }
    }

    private static SweepReport failing(int keys) {
        List<SweepReport.Failure> failures = new ArrayList<>();
        for (int i = 0; i < keys; i++) {
            failures.add(new SweepReport.Failure("k" + i, new StoreException("problem " + i)));
        }
        return new SweepReport(0, 0, 0, 0, 0, keys, failures);
    }

    /** What is logged while the work runs. */
    private static List<LogRecord> logged(Runnable work) {
        return CapturedLog.of(Sweeper.class, log -> {}, work);
    }

    /** A scheduler that is asked, and does nothing on its own. */
    private static final class HandSetScheduler extends ScheduledThreadPoolExecutor {
        private final List<Runnable> tasks = new ArrayList<>();
        private final List<List<Object>> timings = new ArrayList<>();
        private final List<ScheduledFuture<?>> scheduled = new ArrayList<>();

        HandSetScheduler() {
            super(1);
        }

        @Override
        public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long initial, long delay, TimeUnit unit) {
            tasks.add(task);
            timings.add(List.of(initial, delay, unit));
            ScheduledFuture<?> schedule = super.schedule(() -> {}, 1, TimeUnit.DAYS);
            scheduled.add(schedule);
            return schedule;
        }
    }

    @Nested
    class Runs {
        private final HandSetScheduler scheduler = new HandSetScheduler();

        private Sweeper.Builder sweeping(Swept.Sweeping sweeping) {
            return Sweeper.builder(new Swept(sweeping)).scheduler(scheduler);
        }

        private void sweep() {
            scheduler.tasks.get(0).run();
        }

        @Test
        void comeAnIntervalAfterTheStartAndAfterEachOther() {
            try (Sweeper sweeper =
                    sweeping(goesOn -> NOTHING).interval(SHORT).threads(3).start()) {
                assertThat(sweeper.lastRun()).isEmpty();
                assertThat(scheduler.timings)
                        .hasSize(3)
                        .containsOnly(List.of(SHORT.toNanos(), SHORT.toNanos(), NANOSECONDS));
            }
        }

        @Test
        void goOnAfterWhateverASweepThrows() {
            AtomicInteger sweeps = new AtomicInteger();
            try (Sweeper sweeper = sweeping(goesOn -> {
                        switch (sweeps.incrementAndGet()) {
                            case 1 -> throw new StoreException("down");
                            case 2 -> throw new AssertionError("worse");
                            default -> {
                                return NOTHING;
                            }
                        }
                    })
                    .start()) {
                List<LogRecord> log = logged(() -> {
                    sweep();
                    assertThat(sweeper.lastRun().orElseThrow().failure().orElseThrow())
                            .hasMessage("down");
                    assertThat(sweeper.lastRun().orElseThrow().report()).isEmpty();
                    sweep();
                    sweep();
                });
                assertThat(sweeper.lastRun().orElseThrow().report()).contains(NOTHING);
                assertThat(sweeper.lastRun().orElseThrow().failure()).isEmpty();
                assertThat(log)
                        .extracting(LogRecord::getMessage)
                        .containsExactly(
                                "Joiner[orders]: a sweep failed, the next one goes on: dev.joiner.StoreException: down",
                                "Joiner[orders]: a sweep failed, the next one goes on: java.lang.AssertionError: worse");
            }
        }

        @Test
        void thatReportFailuresAreLoggedInOneLineEach() {
            try (Sweeper sweeper = sweeping(goesOn -> failing(3)).start()) {
                List<LogRecord> log = logged(this::sweep);

                assertThat(log).extracting(LogRecord::getThrown).containsOnlyNulls();
                assertThat(log)
                        .extracting(LogRecord::getMessage)
                        .containsExactly(
                                "Joiner[orders]: a sweep could not deal with 3 of the keys that are due, the first:"
                                        + " problem 0");
                assertThat(sweeper.lastRun()
                                .orElseThrow()
                                .report()
                                .orElseThrow()
                                .failed())
                        .isEqualTo(3);
            }
        }

        @Test
        void tellTheReceiverOfReportsAndSurviveIt() {
            List<SweepReport> reports = new ArrayList<>();
            SweepReport report = failing(0);
            try (Sweeper sweeper = sweeping(goesOn -> report)
                    .onReport(each -> {
                        reports.add(each);
                        throw new IllegalStateException("receiver");
                    })
                    .start()) {
                List<LogRecord> log = logged(() -> {
                    sweep();
                    sweep();
                });

                assertThat(reports).containsExactly(report, report);
                assertThat(log)
                        .hasSize(2)
                        .allSatisfy(line -> assertThat(line.getMessage()).contains("onReport threw", "receiver"));
                assertThat(sweeper.lastRun().orElseThrow().report()).contains(report);
            }
        }

        @Test
        void thatFailAreToldToTheirReceiverAndSurviveIt() {
            StoreException down = new StoreException("down");
            List<Throwable> failures = new ArrayList<>();
            List<SweepReport> reports = new ArrayList<>();
            try (Sweeper sweeper = sweeping(goesOn -> {
                        throw down;
                    })
                    .onReport(reports::add)
                    .onFailure(each -> {
                        failures.add(each);
                        throw new IllegalStateException("receiver");
                    })
                    .start()) {
                List<LogRecord> log = logged(() -> {
                    sweep();
                    sweep();
                });

                assertThat(failures).containsExactly(down, down);
                assertThat(reports).isEmpty();
                assertThat(log)
                        .filteredOn(line -> line.getMessage().contains("onFailure threw"))
                        .hasSize(2);
                assertThat(sweeper.lastRun().orElseThrow().failure()).contains(down);
            }
        }

        @Test
        void thatTheStoreBrokeOffAreReportedAndTold() {
            SweepReport before = failing(2);
            List<SweepReport> reports = new ArrayList<>();
            List<Throwable> failures = new ArrayList<>();
            List<Sweeper.Run> runs = new ArrayList<>();
            SweepException brokenOff = new SweepException(new StoreException("down"), before);
            try (Sweeper sweeper = sweeping(goesOn -> {
                        throw brokenOff;
                    })
                    .onReport(reports::add)
                    .onFailure(failures::add)
                    .onRun(runs::add)
                    .start()) {
                List<LogRecord> log = logged(this::sweep);

                assertThat(reports).containsExactly(before);
                assertThat(failures).containsExactly(brokenOff);
                assertThat(runs).singleElement().satisfies(run -> {
                    assertThat(run.report()).contains(before);
                    assertThat(run.failure()).contains(brokenOff);
                });
                assertThat(sweeper.lastRun()).contains(runs.get(0));
                assertThat(log)
                        .extracting(LogRecord::getMessage)
                        .containsExactly(
                                "Joiner[orders]: a sweep could not deal with 2 of the keys that are due, the first:"
                                        + " problem 0",
                                "Joiner[orders]: a sweep failed, the next one goes on: dev.joiner.SweepException: down"
                                        + " (before that, 0 hand-overs returned, and 2 keys failed)");
            }
        }

        @Test
        void areAllToldWithTheirTimeAndSurviveTheReceiver() {
            List<Sweeper.Run> runs = new ArrayList<>();
            AtomicInteger sweeps = new AtomicInteger();
            StoreException down = new StoreException("down");
            try (Sweeper sweeper = sweeping(goesOn -> {
                        if (sweeps.incrementAndGet() > 1) {
                            throw down;
                        }
                        return NOTHING;
                    })
                    .onRun(each -> {
                        runs.add(each);
                        throw new IllegalStateException("receiver");
                    })
                    .start()) {
                List<LogRecord> log = logged(() -> {
                    sweep();
                    sweep();
                });

                assertThat(runs).hasSize(2);
                assertThat(runs.get(0).report()).contains(NOTHING);
                assertThat(runs.get(1).failure()).contains(down);
                assertThat(sweeper.lastRun()).contains(runs.get(1));
                assertThat(log)
                        .filteredOn(line -> line.getMessage().contains("onRun threw"))
                        .hasSize(2);
            }
        }

        @Test
        void endQuietlyWhenTheJoinerIsClosed() {
            AtomicInteger sweeps = new AtomicInteger();
            List<Throwable> failures = new ArrayList<>();
            Joiner<String, String> joiner = Joiner.create(
                    JoinSpec.joining(String.class)
                            .keyedBy(message -> message)
                            .<String>mergedBy((message, pending) -> message)
                            .sufficientWhen(value -> true)
                            .build(),
                    new MapStore<>(new ArrayList<>()));
            Sweeper sweeper = Sweeper.builder(joiner)
                    .scheduler(scheduler)
                    .onReport(report -> sweeps.incrementAndGet())
                    .onFailure(failures::add)
                    .onRun(run -> run.failure().ifPresent(failures::add))
                    .start();
            sweep();
            joiner.close();

            List<LogRecord> log = logged(() -> {
                sweep();
                sweep();
            });

            assertThat(log).isEmpty();
            assertThat(failures).isEmpty();
            assertThat(sweeps).hasValue(1);
            assertThat(scheduler.scheduled).allMatch(ScheduledFuture::isCancelled);
            assertThat(sweeper.lastRun()).isPresent();
        }

        @Test
        void areToldToStopByClose() {
            AtomicReference<BooleanSupplier> asked = new AtomicReference<>();
            Sweeper sweeper = sweeping(goesOn -> {
                        asked.set(goesOn);
                        return NOTHING;
                    })
                    .start();
            sweep();
            assertThat(asked.get().getAsBoolean()).isTrue();

            sweeper.close();

            assertThat(asked.get().getAsBoolean()).isFalse();
            asked.set(null);
            sweep();
            assertThat(asked).as("none begins any more").hasValue(null);
            assertThat(scheduler.isShutdown())
                    .as("the scheduler is the caller's")
                    .isFalse();
        }
    }

    @Nested
    class Threads {

        private static Set<Thread> sweepers() {
            Set<Thread> sweepers = ConcurrentHashMap.newKeySet();
            Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().startsWith("joiner-sweeper"))
                    .forEach(sweepers::add);
            return sweepers;
        }

        @Test
        void areDaemonsOfTheSweepersOwnAndEndWithIt() {
            AtomicBoolean daemon = new AtomicBoolean();
            CountDownLatch swept = new CountDownLatch(1);
            Set<Thread> others = sweepers();
            Swept joiner = new Swept(goesOn -> {
                daemon.set(Thread.currentThread().isDaemon());
                swept.countDown();
                return NOTHING;
            });
            try (Sweeper sweeper = Sweeper.start(joiner, SHORT)) {
                assertThat(sweeper).isNotNull();
                await().until(() -> swept.getCount() == 0);
            }
            assertThat(daemon).isTrue();
            await().until(() -> others.containsAll(sweepers()));
        }

        @Test
        void sweepAtTheSameTime() throws Exception {
            CyclicBarrier together = new CyclicBarrier(3);
            AtomicInteger met = new AtomicInteger();
            Swept joiner = new Swept(goesOn -> {
                if (met.get() < 3) {
                    together.await(30, SECONDS);
                    met.incrementAndGet();
                }
                return NOTHING;
            });
            try (Sweeper sweeper =
                    Sweeper.builder(joiner).interval(SHORT).threads(3).start()) {
                assertThat(sweeper).isNotNull();
                await().until(() -> met.get() >= 3);
            }
        }
    }

    @Nested
    class Close {

        /** A sweep that ends when it is let. */
        private static final class Slow implements Swept.Sweeping {
            private final CountDownLatch begun = new CountDownLatch(1);
            private final CountDownLatch mayEnd = new CountDownLatch(1);
            private final AtomicInteger ended = new AtomicInteger();

            @Override
            public SweepReport sweep(BooleanSupplier goesOn) throws Exception {
                begun.countDown();
                assertThat(mayEnd.await(30, SECONDS)).isTrue();
                ended.incrementAndGet();
                return NOTHING;
            }
        }

        private final Slow slow = new Slow();

        @Test
        void waitsForTheSweepUnderWayAndNoneFollows() throws Exception {
            Sweeper sweeper = Sweeper.start(new Swept(slow), SHORT);
            assertThat(slow.begun.await(30, SECONDS)).isTrue();
            AtomicInteger endedAtClose = new AtomicInteger();
            Thread closing = new Thread(() -> {
                sweeper.close();
                endedAtClose.set(slow.ended.get());
            });
            closing.start();
            await().until(() -> closing.getState() == Thread.State.TIMED_WAITING);
            slow.mayEnd.countDown();
            closing.join();

            assertThat(endedAtClose).hasValue(1);
            assertThat(slow.ended).hasValue(1);
        }

        @Test
        void waitsNoLongerThanItIsTold() throws Exception {
            Sweeper sweeper = Sweeper.start(new Swept(slow), SHORT);
            assertThat(slow.begun.await(30, SECONDS)).isTrue();

            sweeper.close(Duration.ZERO);

            assertThat(slow.ended).hasValue(0);
            slow.mayEnd.countDown();
        }

        @Test
        void waitsForEverIfItIsToldSo() throws Exception {
            Sweeper sweeper = Sweeper.start(new Swept(slow), SHORT);
            assertThat(slow.begun.await(30, SECONDS)).isTrue();
            Thread closing = new Thread(() -> sweeper.close(ChronoUnit.FOREVER.getDuration()));
            closing.start();
            await().until(() -> closing.getState() == Thread.State.TIMED_WAITING);
            slow.mayEnd.countDown();
            closing.join();

            assertThat(slow.ended).hasValue(1);
        }

        @Test
        void isNotHeldUpByAnInterruptAndKeepsIt() throws Exception {
            Sweeper sweeper = Sweeper.start(new Swept(slow), SHORT);
            assertThat(slow.begun.await(30, SECONDS)).isTrue();
            AtomicBoolean isInterrupted = new AtomicBoolean();
            Thread closing = new Thread(() -> {
                sweeper.close(Duration.ofDays(1));
                isInterrupted.set(Thread.currentThread().isInterrupted());
            });
            closing.start();
            await().until(() -> closing.getState() == Thread.State.TIMED_WAITING);
            closing.interrupt();
            closing.join();

            assertThat(isInterrupted).isTrue();
            slow.mayEnd.countDown();
        }

        @Test
        void mayBeCalledByTheSweepItself() {
            AtomicBoolean closed = new AtomicBoolean();
            Sweeper[] sweeper = new Sweeper[1];
            CountDownLatch started = new CountDownLatch(1);
            Swept joiner = new Swept(goesOn -> {
                started.await();
                sweeper[0].close(Duration.ofDays(1));
                closed.set(true);
                return NOTHING;
            });
            sweeper[0] = Sweeper.start(joiner, SHORT);
            started.countDown();

            await().untilTrue(closed);
        }

        @Test
        void isNotLoggedAsAFailureOfTheSweepThatItEnds() throws Exception {
            Slow closing = new Slow();
            Sweeper sweeper = Sweeper.start(
                    new Swept(goesOn -> {
                        closing.sweep(goesOn);
                        throw new IllegalStateException("the joiner is closed");
                    }),
                    SHORT);
            assertThat(closing.begun.await(30, SECONDS)).isTrue();
            assertThat(logged(() -> {
                        sweeper.close(Duration.ZERO);
                        closing.mayEnd.countDown();
                        await().atMost(30, SECONDS)
                                .pollInterval(1, MILLISECONDS)
                                .until(() -> sweeper.lastRun().isPresent());
                    }))
                    .isEmpty();
        }
    }

    @Test
    void anIntervalMayBeLongerThanTheNanosecondsThatALongHolds() {
        AtomicInteger sweeps = new AtomicInteger();
        Swept joiner = new Swept(goesOn -> {
            sweeps.incrementAndGet();
            return NOTHING;
        });

        Sweeper.start(joiner, ChronoUnit.FOREVER.getDuration()).close();

        assertThat(sweeps).hasValue(0);
    }

    @Test
    void optionsOutOfRangeAreNamed() {
        Swept joiner = new Swept(goesOn -> NOTHING);
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> Sweeper.start(joiner, Duration.ZERO))
                .withMessage("interval is PT0S, must be positive");
        for (int threads : List.of(0, 257)) {
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> Sweeper.builder(joiner).threads(threads))
                    .withMessage("threads is " + threads + ", must be from 1 to 256");
        }
        try (Sweeper sweeper = Sweeper.start(joiner, Duration.ofDays(1))) {
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> sweeper.close(Duration.ofSeconds(-1)))
                    .withMessage("within is PT-1S, must not be negative");
        }
    }
}

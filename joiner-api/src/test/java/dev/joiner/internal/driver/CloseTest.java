package dev.joiner.internal.driver;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import dev.joiner.JoinListener;
import dev.joiner.JoinSpec;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.SweepReport;
import dev.joiner.spi.JoinState.Flight.Status;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CloseTest {
    private static final Duration LONG = Duration.ofDays(1);
    private static final Outcome<String> INCOMPLETE = new Outcome.Incomplete<>();

    private final Words words = new Words();
    private final KeyedJoiner<String, String, String, String> joiner = words.joiner(words.expiring(1));
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Stop stop = new Stop();

    @AfterEach
    void end() {
        stop.letGo();
        threads.shutdownNow();
        assertThat(Thread.interrupted()).isFalse();
    }

    private static Outcome<String> joined(String result, boolean confirmed) {
        return new Outcome.Joined<>(result, confirmed);
    }

    private long timesClosed() {
        return List.copyOf(words.log).stream().filter("close"::equals).count();
    }

    /** Runs a call on a thread of its own until its first handler has begun and stopped. */
    private <T> Future<T> stopped(Callable<T> call) throws InterruptedException {
        words.onProcess = (word, handOver) -> {
            words.onProcess = (other, next) -> {};
            stop.here();
        };
        Future<T> future = threads.submit(call);
        stop.awaitReached();
        return future;
    }

    /** Closes on a thread of its own, and returns when that waits. */
    private Thread closing(Runnable close) {
        Thread thread = new Thread(close);
        thread.start();
        await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
        return thread;
    }

    @Nested
    class WaitsForCallsThatAreUnderWay {

        @Test
        void andThenClosesTheStore() throws Exception {
            Future<Outcome<String>> call = stopped(() -> joiner.accept("k:a"));
            assertThat(joiner.isClosed()).isFalse();

            Thread closing = closing(() -> joiner.close(LONG));
            assertThat(joiner.isClosed()).isTrue();
            assertThat(timesClosed()).isZero();
            stop.letGo();
            closing.join();

            assertThat(call.get()).isEqualTo(joined("A", true));
            assertThat(words.log).containsExactly("write k", "process k a", "write k", "close");
        }

        @Test
        void alsoForThoseWithoutAHandler() throws Exception {
            words.store.beforeRead(keys -> stop.here());
            Future<SweepReport> call = threads.submit(() -> joiner.sweep());
            stop.awaitReached();

            Thread closing = closing(() -> joiner.close(LONG));
            stop.letGo();
            closing.join();

            assertThat(call.get().joined()).isZero();
            assertThat(words.log).containsExactly("due 1024", "close");
        }

        @Test
        void forNoOthers() {
            joiner.accept("k:a");

            joiner.close(LONG);

            assertThat(timesClosed()).isEqualTo(1);
        }

        @Test
        void atMostSoLongAsItIsTold() throws Exception {
            Future<Outcome<String>> call = stopped(() -> joiner.accept("k:a"));

            joiner.close(Duration.ofMillis(1));

            assertThat(call.isDone()).isFalse();
            assertThat(timesClosed()).isEqualTo(1);
        }

        @Test
        void notAtAllIfItIsToldSo() throws Exception {
            Future<Outcome<String>> call = stopped(() -> joiner.accept("k:a"));

            joiner.close(Duration.ZERO);

            assertThat(call.isDone()).isFalse();
            assertThat(timesClosed()).isEqualTo(1);
        }

        @Test
        void forEverIfItIsToldSo() throws Exception {
            Future<Outcome<String>> call = stopped(() -> joiner.accept("k:a"));

            Thread closing = closing(() -> joiner.close(ChronoUnit.FOREVER.getDuration()));
            stop.letGo();
            closing.join();

            assertThat(call.get()).isEqualTo(joined("A", true));
            assertThat(timesClosed()).isEqualTo(1);
        }

        @Test
        void untilItsThreadIsInterruptedWhichItStays() throws Exception {
            Future<Outcome<String>> call = stopped(() -> joiner.accept("k:a"));
            AtomicReference<Boolean> flag = new AtomicReference<>();

            Thread closing = closing(() -> {
                joiner.close(LONG);
                flag.set(Thread.interrupted());
            });
            closing.interrupt();
            closing.join();

            assertThat(flag).hasValue(true);
            assertThat(call.isDone()).isFalse();
            assertThat(timesClosed()).isEqualTo(1);
        }

        @Test
        void onAThreadThatWasInterruptedBeforeAndStaysSo() throws Exception {
            Future<Outcome<String>> call = stopped(() -> joiner.accept("k:a"));
            AtomicReference<Boolean> flag = new AtomicReference<>();

            Thread closing = closing(() -> {
                Thread.currentThread().interrupt();
                joiner.close(LONG);
                flag.set(Thread.interrupted());
            });
            stop.letGo();
            closing.join();

            assertThat(call.get()).isEqualTo(joined("A", true));
            assertThat(flag).hasValue(true);
        }
    }

    @Nested
    class LetsNoHandlerBegin {

        @Test
        void ofTheClaimsThatACallHolds() throws Exception {
            Future<List<Outcome<String>>> call = stopped(() -> joiner.acceptAll(List.of("k:a", "l:b", "m:c")));

            Thread closing = closing(() -> joiner.close(LONG));
            stop.letGo();
            closing.join();

            assertThat(call.get()).containsExactly(joined("A", true), INCOMPLETE, INCOMPLETE);
            assertThat(words.handled()).containsExactly("process k a");
            assertThat(words.flight("l").status()).isEqualTo(Status.GIVEN_BACK);
        }

        @Test
        void andGivesBackWhatAStuckCallHolds() throws Exception {
            Future<List<Outcome<String>>> call = stopped(() -> joiner.acceptAll(List.of("k:a", "l:b", "m:c")));

            joiner.close(Duration.ofMillis(1));

            assertThat(words.log).containsExactly("writeAll k l m", "process k a", "writeAll k l m", "close");
            assertThat(words.flight("k").status())
                    .as("it is still being handed over")
                    .isEqualTo(Status.CLAIMED_TOGETHER);
            for (String key : List.of("l", "m")) {
                assertThat(words.flight(key).status()).isEqualTo(Status.GIVEN_BACK);
                assertThat(words.flight(key).dueAt()).isEqualTo(words.clock.millis());
            }
            stop.letGo();
            assertThat(call.get()).containsExactly(joined("A", true), INCOMPLETE, INCOMPLETE);
            assertThat(words.handled()).containsExactly("process k a");
        }

        @Test
        void ofAStuckSweep() throws Exception {
            for (String key : List.of("k", "l")) {
                words.put(key, States.inFlight(States.givenBack("a", 0)));
            }
            Future<SweepReport> call = stopped(() -> joiner.sweep());

            joiner.close(Duration.ofMillis(1));

            assertThat(words.due()).hasSize(1);
            stop.letGo();
            assertThat(call.get().joined()).isEqualTo(1);
        }

        @Test
        void andLeavesAloneWhatACallHeldThatHasEnded() {
            joiner.acceptAll(List.of("k:a", "l:b"));
            words.log.clear();

            joiner.close(LONG);

            assertThat(words.log).containsExactly("close");
        }
    }

    @Nested
    class CalledFromWithinACall {

        private void assertThatItDoesNotWait(Callable<?> call) throws Exception {
            FutureTask<?> task = new FutureTask<>(call);
            threads.execute(task);
            task.get(30, SECONDS);
            assertThat(timesClosed()).isEqualTo(1);
        }

        private Callable<Object> accepting(
                UnaryOperator<JoinSpec.Builder<String, String, String, String, String>> option, String... messages) {
            return () -> {
                var closing = words.joiner(option.apply(words.expiring(2)));
                joinerToClose.set(closing);
                for (String message : messages) {
                    closing.accept(message);
                }
                return closing;
            };
        }

        private final AtomicReference<KeyedJoiner<?, ?, ?, ?>> joinerToClose = new AtomicReference<>();

        private void close() {
            joinerToClose.get().close(LONG);
        }

        @Test
        void byAHandlerItDoesNotWait() throws Exception {
            words.onProcess = (word, handOver) -> joiner.close(LONG);

            assertThatItDoesNotWait(() -> joiner.accept("k:a"));
            assertThat(words.log).containsExactly("write k", "process k a", "close", "write k");
        }

        @Test
        void byAHandlerOfABatchItDoesNotWait() throws Exception {
            words.onProcess = (word, handOver) -> joiner.close(LONG);

            assertThatItDoesNotWait(() -> joiner.acceptAll(List.of("k:a", "l:b")));
            assertThat(words.handled()).containsExactly("process k a");
            assertThat(words.flight("l").status()).isEqualTo(Status.GIVEN_BACK);
        }

        @Test
        void byOnIncompleteItDoesNotWait() throws Exception {
            assertThatItDoesNotWait(accepting(spec -> spec.onIncomplete(word -> close()), "k:a"));
        }

        @Test
        void byOnLateItDoesNotWait() throws Exception {
            assertThatItDoesNotWait(
                    accepting(spec -> spec.rememberFor(Words.MINUTE).onLate(message -> close()), "k:a", "k:b", "k:c"));
        }

        @Test
        void byAListenerItDoesNotWait() throws Exception {
            JoinListener closing = new JoinListener() {
                @Override
                public void merged(String join, Object key, int parts, Duration age) {
                    close();
                }
            };
            assertThatItDoesNotWait(accepting(spec -> spec.listener(closing), "k:a"));
        }

        @Test
        void byTheQuestionWhetherASweepGoesOnItDoesNotWait() throws Exception {
            assertThatItDoesNotWait(() -> joiner.sweep(() -> {
                joiner.close(LONG);
                return true;
            }));
        }
    }

    @Nested
    class Afterwards {

        @Test
        void everyCallIsRefused() {
            joiner.close();
            words.log.clear();

            for (ThrowingCallable call : List.<ThrowingCallable>of(
                    () -> joiner.accept("k:a"),
                    () -> joiner.acceptAll(List.of()),
                    () -> joiner.sweep(),
                    () -> joiner.reexamine(),
                    () -> joiner.release("k"),
                    () -> joiner.drop("k"),
                    () -> joiner.find("k"),
                    () -> joiner.pending(1),
                    () -> joiner.pending("cursor", 1),
                    () -> joiner.pending(LONG, 1),
                    () -> joiner.counts(),
                    () -> joiner.size())) {
                assertThatIllegalStateException().isThrownBy(call).withMessage("the joiner is closed");
            }
            assertThat(words.log).isEmpty();
        }

        @Test
        void aSecondCloseDoesNothing() throws Exception {
            Future<Outcome<String>> call = stopped(() -> joiner.accept("k:a"));
            joiner.close(Duration.ZERO);

            joiner.close(LONG);

            assertThat(call.isDone()).as("it does not wait either").isFalse();
            assertThat(timesClosed()).isEqualTo(1);
        }

        @Test
        void aRefusedCallIsNotWaitedFor() {
            Calls calls = new Calls();
            assertThat(calls.close()).isTrue();
            assertThatIllegalStateException().isThrownBy(calls::begin);

            calls.await(LONG);

            assertThat(calls.close()).isFalse();
            assertThat(calls.areClosing()).isTrue();
        }
    }

    @Test
    void waitsForTheLastOfManyThreads() throws Exception {
        Calls calls = new Calls();
        int many = 100;
        for (int i = 0; i < many; i++) {
            Thread call = new Thread(calls::begin);
            call.start();
            call.join();
        }
        calls.close();
        Thread closing = closing(() -> calls.await(LONG));
        for (int i = 1; i < many; i++) {
            calls.end();
        }
        assertThat(closing.isAlive()).isTrue();

        calls.end();

        closing.join();
    }

    @Test
    void aNegativeTimeIsRefusedAndNothingIsClosed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> joiner.close(Duration.ofMillis(-1)))
                .withMessage("within is PT-0.001S, must not be negative");

        assertThat(joiner.accept("k:a")).isEqualTo(joined("A", true));
        assertThat(timesClosed()).isZero();
    }

    @Test
    void aCallThatIsRefusedWhileOneIsUnderWayDoesNotEndTheWait() throws Exception {
        Future<Outcome<String>> call = stopped(() -> joiner.accept("k:a"));
        Thread closing = closing(() -> joiner.close(LONG));

        assertThatIllegalStateException().isThrownBy(() -> joiner.accept("l:b"));
        assertThat(timesClosed()).isZero();
        stop.letGo();
        closing.join();

        assertThat(call.get(30, SECONDS)).isEqualTo(joined("A", true));
    }
}

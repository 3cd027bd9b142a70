package dev.joiner.benchmarks.measure;

import dev.joiner.benchmarks.subject.Contender;
import dev.joiner.benchmarks.subject.Subject;
import dev.joiner.benchmarks.work.CountingReceiver;
import dev.joiner.benchmarks.work.Feed;
import dev.joiner.benchmarks.work.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A subject and the threads that give it one message, or batch, after the other. */
public final class ClosedLoop implements AutoCloseable {
    private static final Duration SETTLED_WITHIN = Duration.ofSeconds(10);

    private final Contender<?> contender;
    private final CountingReceiver receiver = new CountingReceiver();
    private final Subject subject;
    private final List<Driver> drivers = new ArrayList<>();
    private final ExecutorService threads;

    private ClosedLoop(Contender<?> contender, Work work, Opened opened) throws Exception {
        this.contender = contender;
        subject = opened.with(receiver);
        threads = Executors.newFixedThreadPool(work.lanes());
        for (int lane = 0; lane < work.lanes(); lane++) {
            drivers.add(new Driver(
                    subject.lane(lane / work.threads()), Feed.fresh("thing-", work, lane), contender.batch()));
        }
    }

    private interface Opened {
        Subject with(CountingReceiver receiver) throws Exception;
    }

    /** Opens a contender. */
    public static <E> ClosedLoop open(Contender<E> contender, E on, Work work) throws Exception {
        return new ClosedLoop(contender, work, receiver -> contender.opening().open(on, work, receiver));
    }

    /** What a run gave: messages a second, and what each call took. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Run(double rate, long[] nanos) {}

    /** Begins as many joins as are to be open. */
    public void fill() throws Exception {
        onAll(driver -> {
            driver.fill();
            return driver;
        });
    }

    /** Goes on for so long. */
    Run run(Duration duration) throws Exception {
        long began = System.nanoTime();
        List<long[]> calls = onAll(driver -> driver.until(began + duration.toNanos()));
        double seconds = (System.nanoTime() - began) / 1e9;
        long[] nanos = calls.stream().flatMapToLong(Arrays::stream).toArray();
        return new Run(nanos.length * (double) contender.batch() / seconds, nanos);
    }

    /** Goes on until so many things were begun on each thread. */
    public void runSteps(long steps) throws Exception {
        onAll(driver -> {
            driver.untilStep(steps);
            return driver;
        });
    }

    private <T> List<T> onAll(DriverWork<T> work) throws Exception {
        List<Future<T>> futures = drivers.stream()
                .map(driver -> threads.submit(() -> work.on(driver)))
                .toList();
        List<T> answers = new ArrayList<>();
        try {
            for (Future<T> future : futures) {
                answers.add(future.get());
            }
        } catch (ExecutionException e) {
            futures.forEach(future -> future.cancel(true));
            throw new IllegalStateException(contender.name() + " failed", e.getCause());
        }
        return answers;
    }

    private interface DriverWork<T> {
        T on(Driver driver) throws Exception;
    }

    /** Waits a while for what is handed over on threads of the subject's own. */
    public void settle() throws InterruptedException {
        long end = System.nanoTime() + SETTLED_WITHIN.toNanos();
        while (received() < lastParts() && System.nanoTime() < end) {
            Thread.sleep(10);
        }
    }

    public long received() {
        return receiver.received();
    }

    /** How many things have had all their parts, if no call is under way and there is one node. */
    public long lastParts() {
        return drivers.stream().mapToLong(Driver::lastParts).sum();
    }

    @Override
    public void close() {
        threads.shutdown();
        for (Driver driver : drivers) {
            driver.close();
        }
        subject.close();
    }
}

package dev.joiner.benchmarks.measure;

import dev.joiner.benchmarks.subject.Contender;
import dev.joiner.benchmarks.subject.Contender.Kind;
import dev.joiner.benchmarks.subject.MemoryContenders;
import dev.joiner.benchmarks.subject.Subject;
import dev.joiner.benchmarks.subject.ThisProcess;
import dev.joiner.benchmarks.work.CountingReceiver;
import dev.joiner.benchmarks.work.Feed;
import dev.joiner.benchmarks.work.Work;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One message into a subject in memory. Run by {@link MemoryRounds}, which sets what is open here. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class AcceptBenchmark {

    /** The subject, which all threads share. */
    @State(Scope.Benchmark)
    @SuppressWarnings("NullAway.Init") // JMH sets it up
    public static class Open {
        /** The name of a contender. */
        @Param("")
        public String contender;

        @Param("2")
        public int parts;

        @Param("100")
        public int valueBytes;

        @Param("1000")
        public int open;

        @Param("1")
        public int threads;

        private final CountingReceiver receiver = new CountingReceiver();
        private final AtomicInteger lanes = new AtomicInteger();
        private final AtomicLong lastParts = new AtomicLong();
        private Work work;
        private Subject subject;
        private Contender<ThisProcess> named;

        @Setup(Level.Trial)
        public void open() throws Exception {
            work = new Work(parts, valueBytes, open, threads, 1);
            named = MemoryContenders.all().stream()
                    .filter(candidate -> candidate.name().equals(contender))
                    .findAny()
                    .orElseThrow();
            subject = named.opening().open(ThisProcess.MEMORY, work, receiver);
        }

        /** Once all threads have ended: JMH lets the first of them tear down what all share. */
        private void close() {
            subject.close();
            // What a peer loses is not this benchmark's to judge; Camel was seen to, once in many runs.
            if (named.kind() != Kind.PEER && receiver.received() != lastParts.get()) {
                throw new IllegalStateException(contender + " joined " + receiver.received() + " things of "
                        + lastParts.get() + " that were whole");
            }
        }
    }

    /** What an iteration took of the processor, summed over the threads that give messages. */
    @AuxCounters(AuxCounters.Type.EVENTS)
    @State(Scope.Thread)
    public static class Spent {
        public long cpuNanos;
        public long messages;
    }

    /** What a thread has for itself. */
    @State(Scope.Thread)
    @SuppressWarnings("NullAway.Init") // as above
    public static class Driven {
        private Feed feed;
        private Subject.Lane lane;
        private long stepsBefore;
        private long nanosBefore;

        @Setup(Level.Trial)
        public void fill(Open open) throws Exception {
            feed = Feed.prepared(open.work, open.lanes.getAndIncrement());
            lane = open.subject.lane(0);
            while (!feed.isFilled()) {
                lane.accept(feed.next());
            }
        }

        @Setup(Level.Iteration)
        public void beginIteration() {
            stepsBefore = feed.steps();
            nanosBefore = Cost.nanosOfThread();
        }

        @TearDown(Level.Iteration)
        public void endIteration(Open open, Spent spent) {
            spent.cpuNanos += Cost.nanosOfThread() - nanosBefore;
            spent.messages += (feed.steps() - stepsBefore) * open.parts;
        }

        @TearDown(Level.Trial)
        public void count(Open open) {
            lane.close();
            open.lastParts.addAndGet(feed.lastParts());
            if (open.lanes.decrementAndGet() == 0) {
                open.close();
            }
        }
    }

    @Benchmark
    public void accept(Driven driven) throws Exception {
        driven.lane.accept(driven.feed.next());
    }
}

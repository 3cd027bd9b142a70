package dev.joiner.benchmarks.measure;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.merge.Part;
import dev.joiner.merge.Parts;
import dev.joiner.merge.Records;
import dev.joiner.store.memory.MapJoinStore;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * One message into a joiner on a store in memory, merged by what is ready-made and by hand. Each order has two messages, the second of
 * which comes when a thousand others have begun.
 *
 * <p>The compiler is at it for the first five seconds, and then settles on code that takes up to 1.4 times as long in one JVM as in
 * another, by hand as well: hence the long warm-up and the many JVMs.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(8)
@Warmup(iterations = 8, time = 1)
@Measurement(iterations = 3, time = 1)
public class MergeBenchmark {
    private static final int OPEN = 1_024;

    record Order(
            String id, @Nullable String paidBy, @Nullable String sentBy) {
        static Order merge(Order message, @Nullable Order pending) {
            return pending == null
                    ? message
                    : new Order(
                            message.id,
                            message.paidBy != null ? message.paidBy : pending.paidBy,
                            message.sentBy != null ? message.sentBy : pending.sentBy);
        }

        boolean isWhole() {
            return paidBy != null && sentBy != null;
        }
    }

    /** The same, with components that may not be absent: a message leaves them out all the same. */
    @SuppressWarnings("NullAway") // as a parser does that makes records of what there is
    record Required(String id, String paidBy, String sentBy) {
        static Required paid(String id) {
            return new Required(id, "card", null);
        }

        static Required sent(String id) {
            return new Required(id, null, "post");
        }
    }

    record Payment(String orderId, String method) {}

    record Shipment(String orderId, String carrier) {}

    record Both(@Nullable Payment payment, @Nullable Shipment shipment) {
        static Both merge(Object message, @Nullable Both pending) {
            if (message instanceof Payment payment) {
                return new Both(payment, pending == null ? null : pending.shipment);
            }
            return new Both(pending == null ? null : pending.payment, (Shipment) message);
        }

        boolean isWhole() {
            return payment != null && shipment != null;
        }
    }

    /** How the messages are merged. */
    public enum Merge {
        RECORD_BY_HAND,
        RECORDS,
        CLASSES_BY_HAND,
        PARTS
    }

    /** What an iteration took of the processor: on a machine that does other things, that is what compares. */
    @AuxCounters(AuxCounters.Type.EVENTS)
    @State(Scope.Thread)
    public static class Spent {
        public long cpuNanos;
        public long messages;
    }

    /** A joiner with its messages. */
    @State(Scope.Thread)
    @SuppressWarnings("NullAway.Init") // JMH sets it up
    public static class Joining {
        @Param
        public Merge merge;

        private Joiner<Object, ?> joiner;
        private Object[] messages;
        private int next;
        private long accepted;
        private long acceptedBefore;
        private long nanosBefore;

        @Setup(Level.Trial)
        public void open() {
            switch (merge) {
                case RECORD_BY_HAND ->
                    of(
                            JoinSpec.joining(Order.class)
                                    .keyedBy(Order::id)
                                    .mergedBy(Order::merge)
                                    .sufficientWhen(Order::isWhole),
                            i -> new Order(id(i), "card", null),
                            i -> new Order(id(i), null, "post"));
                case RECORDS ->
                    of(
                            Records.joining(Required.class, Required::id),
                            i -> Required.paid(id(i)),
                            i -> Required.sent(id(i)));
                case CLASSES_BY_HAND ->
                    of(
                            JoinSpec.<Object>joining()
                                    .keyedBy(message -> message instanceof Payment payment
                                            ? payment.orderId
                                            : ((Shipment) message).orderId)
                                    .mergedBy(Both::merge)
                                    .sufficientWhen(Both::isWhole),
                            i -> new Payment(id(i), "card"),
                            i -> new Shipment(id(i), "post"));
                case PARTS ->
                    of(
                            Parts.of(
                                            Part.of("payment", Payment.class, Payment::orderId),
                                            Part.of("shipment", Shipment.class, Shipment::orderId))
                                    .keyedBy(String.class),
                            i -> new Payment(id(i), "card"),
                            i -> new Shipment(id(i), "post"));
            }
        }

        /** As a message of another service brings it: equal, but not the same. */
        private static String id(int i) {
            return "order-" + i;
        }

        private <V> void of(
                JoinSpec.Builder<?, String, V, V, V> spec, IntFunction<Object> first, IntFunction<Object> second) {
            @SuppressWarnings("unchecked") // it gets messages of its own
            JoinSpec<Object, String, V, V> untyped = (JoinSpec<Object, String, V, V>) spec.build();
            joiner = Joiner.create(untyped, MapJoinStore.<String, V>create());
            messages = new Object[2 * OPEN];
            for (int i = 0; i < OPEN; i++) {
                messages[i] = first.apply(i);
                messages[OPEN + i] = second.apply(i);
            }
        }

        Object next() {
            accepted++;
            int index = next;
            next = index + 1 == messages.length ? 0 : index + 1;
            return messages[index];
        }

        @Setup(Level.Iteration)
        public void beginIteration() {
            acceptedBefore = accepted;
            nanosBefore = Cost.nanosOfThread();
        }

        @TearDown(Level.Iteration)
        public void endIteration(Spent spent) {
            spent.cpuNanos += Cost.nanosOfThread() - nanosBefore;
            spent.messages += accepted - acceptedBefore;
        }

        @TearDown(Level.Trial)
        public void close() {
            joiner.close();
        }
    }

    @Benchmark
    public Object accept(Joining joining) {
        return joining.joiner.accept(joining.next());
    }

    /** Runs this benchmark alone. */
    public static void main(String[] args) throws RunnerException {
        new Runner(new OptionsBuilder()
                        .include(MergeBenchmark.class.getName())
                        .addProfiler(GCProfiler.class)
                        .build())
                .run();
    }
}

package dev.joiner.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.Joiner;
import dev.joiner.JoinerException;
import dev.joiner.KeyCodec;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.ProcessingException;
import dev.joiner.engine.SpecFunctions;
import dev.joiner.spi.JoinStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/**
 * What all scenarios have in common: a namespace of their own, a hand-set clock, handlers that note their calls, and
 * nodes that share all this.
 */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD) // a deadlock or an endless loop fails, and does not hang
abstract class Scenarios {
    static final Instant START = Instant.parse("2026-01-01T10:20:30.123456Z");
    static final Duration MILLISECOND = Duration.ofMillis(1);
    static final Duration SECOND = Duration.ofSeconds(1);
    /** The default lease, and the longest default backoff. */
    static final Duration MINUTE = Duration.ofMinutes(1);

    static final Duration HOUR = Duration.ofHours(1);

    private final Stores stores;
    private final String namespace = "scenario-" + UUID.randomUUID();
    private final List<Joiner<?, ?>> joiners = new ArrayList<>();
    private final AtomicReference<Runnable> meanwhile = new AtomicReference<>();

    final ScenarioClock clock = new ScenarioClock(START);
    final Receiver process = new Receiver();
    final Receiver expired = new Receiver();
    final Receiver poisoned = new Receiver();
    final List<String> incomplete = new CopyOnWriteArrayList<>();
    final List<Message> late = new CopyOnWriteArrayList<>();

    /** Texts of messages whose key cannot be told, that cannot be merged, and whose value cannot be tested. */
    final Set<String> unkeyable = ConcurrentHashMap.newKeySet();

    final Set<String> unmergeable = ConcurrentHashMap.newKeySet();
    final Set<String> untestable = ConcurrentHashMap.newKeySet();

    Scenarios(Stores stores) {
        this.stores = stores;
    }

    @AfterEach
    void closeJoiners() {
        joiners.forEach(Joiner::close);
    }

    /** A join of so many parts, with the handlers of this scenario. */
    final JoinSpec.Builder<Message, String, String, String, String> whole(int parts) {
        return bare(parts).onIncomplete(incomplete::add).onLate(late::add).process(process);
    }

    /** A join of so many parts, without handlers. */
    final JoinSpec.Builder<Message, String, String, String, String> bare(int parts) {
        return JoinSpec.joining(Message.class)
                .keyedBy(this::keyOf)
                .<String>mergedBy(this::merge)
                .sufficientWhen(value -> isWhole(value, parts));
    }

    private String keyOf(Message message) {
        refuse(unkeyable, message.text());
        return message.key();
    }

    private String merge(Message message, String pending) {
        Runnable once = meanwhile.getAndSet(null);
        if (once != null) {
            once.run();
        }
        refuse(unmergeable, message.text());
        return message.mergeInto(pending);
    }

    private boolean isWhole(String value, int parts) {
        untestable.stream().filter(value::contains).forEach(text -> refuse(untestable, text));
        return Message.parts(value) == parts;
    }

    private static void refuse(Set<String> refused, String text) {
        if (refused.contains(text)) {
            throw new Refused(text);
        }
    }

    /** What the pure functions of the scenarios throw. */
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Refused(String text) {
            super(text);
        }
    }

    /** Runs once, in the next merge: after its node has read the key, and before it writes. */
    final void meanwhile(Runnable work) {
        meanwhile.set(work);
    }

    final JoinStore<String, String> store() {
        return open("", KeyCodec.string(), Codec.string());
    }

    final <K, V> JoinStore<K, V> open(String suffix, KeyCodec<K> keys, Codec<V> values) {
        return stores.open(JoinStoreConfig.of(namespace + suffix, keys, values));
    }

    final void assumeThatItKeepsBytes() {
        Assumptions.assumeTrue(stores.keepBytes(), "keeps objects as they are: nothing is encoded");
    }

    /** A node; all nodes of a scenario share one namespace. */
    final Node node(JoinSpec.Builder<Message, String, String, String, String> spec) {
        return node(spec, store());
    }

    final Node node(JoinSpec.Builder<Message, String, String, String, String> spec, JoinStore<String, String> store) {
        return new Node(joiner(spec, store), store);
    }

    final <M, K, V, H, R> KeyedJoiner<M, K, V, R> joiner(JoinSpec.Builder<M, K, V, H, R> spec, JoinStore<K, V> store) {
        JoinSpec<M, K, V, R> built = spec.build();
        if (store.evicts() && !SpecFunctions.of(built).receivesExpired()) {
            built = spec.onExpired((value, handOver) -> expired.receive(Objects.toString(value), handOver))
                    .build();
        }
        KeyedJoiner<M, K, V, R> joiner = stores.join(built, store, clock);
        joiners.add(joiner);
        return joiner;
    }

    /**
     * What kills the process of the node on this store: nothing that the node does from then on reaches the store, and it
     * begins no other handler. The call that led to it {@linkplain #dies ends} somehow.
     */
    static Receiver.Action death(FaultyStore<?, ?> store) {
        return (value, handOver) -> {
            store.die();
            Thread.currentThread().interrupt();
            throw new Killed(value);
        };
    }

    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;

        Killed(String value) {
            super(value);
        }
    }

    /** The call leads to the {@linkplain #death death} of its node. */
    static void dies(Runnable call) {
        try {
            call.run();
        } catch (JoinerException lastWords) {
            // Nobody is there to hear them.
        }
        assertThat(Thread.interrupted()).as("the node died in a handler").isTrue();
    }

    static Outcome<String> joined(String result) {
        return new Outcome.Joined<>(result, true);
    }

    /** Joined, though the store could not say that this was the last hand-over. */
    static Outcome<String> unconfirmed(String result) {
        return new Outcome.Joined<>(result, false);
    }

    static Outcome<String> incomplete() {
        return new Outcome.Incomplete<>();
    }

    static Outcome<String> duplicate() {
        return new Outcome.Duplicate<>();
    }

    static Outcome<String> unchanged() {
        return new Outcome.Unchanged<>();
    }

    static Outcome<String> late() {
        return new Outcome.Late<>();
    }

    /** The call says that this attempt to hand the key's join over failed. */
    static ProcessingException assertHandOverFails(String key, int attempt, ThrowingCallable call) {
        ProcessingException failure = catchThrowableOfType(ProcessingException.class, call);
        assertThat(failure).as("ProcessingException").isNotNull();
        assertThat(failure.key()).isEqualTo(key);
        assertThat(failure.attempt()).isEqualTo(attempt);
        assertThat(failure).hasMessageContaining('"' + key + '"').hasMessageContaining("attempt " + attempt);
        return failure;
    }

    static AbstractThrowableAssert<?, ? extends Throwable> assertFailed(Outcome<String> outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Failed.class);
        return assertThat(((Outcome.Failed<String>) outcome).cause());
    }

    static void assertRefused(String text, ThrowingCallable call) {
        assertThat(catchThrowableOfType(Refused.class, call)).hasMessage(text);
    }

    /** Runs everything at once, each on a thread of its own, and waits for all. */
    static void atOnce(List<? extends Runnable> works) throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        List<FutureTask<Void>> running = new ArrayList<>();
        for (Runnable work : works) {
            running.add(inBackground(() -> {
                start.await();
                work.run();
            }));
        }
        start.countDown();
        for (FutureTask<Void> task : running) {
            task.get();
        }
    }

    /** Work that may throw. */
    @FunctionalInterface
    interface Work {
        void run() throws Exception;
    }

    /** Starts work on a thread of its own; {@code get()} waits for its end, and throws if it failed. */
    static FutureTask<Void> inBackground(Work work) {
        FutureTask<Void> task = new FutureTask<>(() -> {
            work.run();
            return null;
        });
        Thread thread = new Thread(task, "scenario");
        thread.setDaemon(true);
        thread.start();
        return task;
    }
}

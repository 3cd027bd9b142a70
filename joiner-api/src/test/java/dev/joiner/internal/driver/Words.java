package dev.joiner.internal.driver;

import dev.joiner.JoinSpec;
import dev.joiner.KeyedJoiner;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinStore.Due;
import dev.joiner.spi.Versioned;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Joins letters to words. A message is a key and a letter, {@code k:a}; a word is whole when it is long enough, and its handler
 * turns it into capitals.
 *
 * <p>Every effect is in the hands of the test, and leaves a line in one log: calls of the store and of the handlers.
 */
final class Words {
    static final Duration MINUTE = Duration.ofMinutes(1);
    static final Duration HALF_LEASE = MINUTE.dividedBy(2);

    final List<String> log = Collections.synchronizedList(new ArrayList<>());
    final MapStore<String, String> store = new MapStore<>(log);
    final SetClock clock = new SetClock();

    /** What else the handlers do. */
    volatile JoinSpec.Handler<String, String> onProcess = (word, handOver) -> {};

    volatile JoinSpec.Handler<String, String> onExpired = (word, handOver) -> {};
    volatile JoinSpec.Handler<String, String> onPoisoned = (word, handOver) -> {};

    /** Claims that one write makes are numbered on: so draw with room. */
    private final AtomicLong numbers = new AtomicLong();

    private static String key(String message) {
        return message.substring(0, message.indexOf(':'));
    }

    private static String letter(String message) {
        return message.substring(message.indexOf(':') + 1);
    }

    /** Words of so many letters. */
    JoinSpec.Builder<String, String, String, String, String> of(int letters) {
        return JoinSpec.joining(String.class)
                .keyedBy(Words::key)
                .<String>mergedBy((message, pending) -> pending == null ? letter(message) : pending + letter(message))
                .sufficientWhen(word -> word.length() >= letters)
                .named("words")
                .process((word, handOver) -> {
                    log.add("process " + handOver.key() + " " + word);
                    onProcess.handle(word, handOver);
                    return word.toUpperCase(Locale.ROOT);
                });
    }

    /** Words that expire after a minute. */
    JoinSpec.Builder<String, String, String, String, String> expiring(int letters) {
        return of(letters).expireAfter(MINUTE).onExpired((word, handOver) -> {
            log.add("expire " + handOver.key() + " " + word);
            onExpired.handle(word, handOver);
        });
    }

    /** Words that are poisoned after so many attempts. */
    JoinSpec.Builder<String, String, String, String, String> retrying(int letters, int attempts) {
        return expiring(letters).retry(attempts, Duration.ofSeconds(1)).onPoisoned((word, handOver) -> {
            log.add("poison " + handOver.key() + " " + word);
            onPoisoned.handle(word, handOver);
        });
    }

    KeyedJoiner<String, String, String, String> joiner(JoinSpec.Builder<String, String, String, String, String> spec) {
        return DeterministicJoiner.create(spec.build(), store, clock, this::number);
    }

    /** A version or a claim that nobody else has. */
    long number() {
        return numbers.addAndGet(1_000_000);
    }

    /** Puts a state there, as another node would. */
    void put(String key, JoinState<String> state) {
        store.put(key, Versioned.of(number(), state));
    }

    /** The only flight of a key. */
    Flight<String> flight(String key) {
        List<Flight<String>> flights = store.state(key).inFlight();
        if (flights.size() != 1) {
            throw new AssertionError(key + " has " + flights);
        }
        return flights.get(0);
    }

    /** What the store says is due now. */
    List<Due<String>> due() {
        return store.due(Instant.EPOCH, clock.instant(), 10);
    }

    /** What the log has to say of handlers. */
    List<String> handled() {
        synchronized (log) {
            return log.stream()
                    .filter(line ->
                            line.startsWith("process ") || line.startsWith("expire ") || line.startsWith("poison "))
                    .toList();
        }
    }

    /** What the log has to say of writes. */
    List<String> writes() {
        synchronized (log) {
            return log.stream().filter(line -> line.startsWith("write")).toList();
        }
    }

    /** What the log has to say from now on. */
    List<String> logOf(Runnable work) {
        log.clear();
        work.run();
        synchronized (log) {
            return List.copyOf(log);
        }
    }
}

package dev.joiner.store.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.HandOver;
import dev.joiner.JoinListener;
import dev.joiner.JoinSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What metrics and logs are told. */
abstract class ListenerScenarios extends Scenarios {

    ListenerScenarios(Stores stores) {
        super(stores);
    }

    /** Notes everything it is told, and throws if it is to. */
    private static final class Notes implements JoinListener {
        final List<String> events = new ArrayList<>();
        boolean throwing;

        private void note(String event, String join, Object key, Object... rest) {
            assertThat(join).isEqualTo("words");
            StringBuilder note = new StringBuilder(event).append(' ').append(key);
            for (Object detail : rest) {
                note.append(' ').append(detail);
            }
            events.add(note.toString());
            if (throwing) {
                throw new IllegalStateException("from a listener");
            }
        }

        private void note(String event, HandOver<?> handOver, Object number, Duration age, Duration took) {
            note(event, handOver.join(), handOver.key(), handOver.cause(), number, age.toMillis(), took.toMillis());
        }

        @Override
        public void merged(String join, Object key, int parts, Duration age) {
            note("merged", join, key, parts, age.toMillis());
        }

        @Override
        public void joined(HandOver<?> handOver, Duration age, Duration took) {
            note("joined", handOver, handOver.parts(), age, took);
        }

        @Override
        public void expired(HandOver<?> handOver, Duration age, Duration took) {
            note("expired", handOver, handOver.parts(), age, took);
        }

        @Override
        public void poisoned(HandOver<?> handOver, Duration age, Duration took) {
            note("poisoned", handOver, handOver.attempt(), age, took);
        }

        @Override
        public void parked(String join, Object key, int attempts, Duration age) {
            note("parked", join, key, attempts, age.toMillis());
        }

        @Override
        public void failed(HandOver<?> handOver, Duration age, Duration took, Throwable error, boolean last) {
            assertThat(error).isInstanceOf(Broken.class);
            note(last ? "failed for good" : "failed", handOver, handOver.attempt(), age, took);
        }

        @Override
        public void late(String join, Object key) {
            note("late", join, key);
        }

        @Override
        public void duplicate(String join, Object key) {
            note("duplicate", join, key);
        }

        @Override
        public void unchanged(String join, Object key) {
            note("unchanged", join, key);
        }

        @Override
        public void conflict(String join, Object key, int tries) {
            note("conflict", join, key, tries);
        }
    }

    private final Notes notes = new Notes();

    private JoinSpec.Builder<Message, String, String, String, String> heard(int parts) {
        return whole(parts)
                .named("words")
                .listener(notes)
                .identifiedBy(Message::text)
                .rememberFor(HOUR);
    }

    @Test
    void aListenerIsToldWhatBecomesOfEachMessage() {
        Node node = node(heard(2));
        process.does((value, handOver) -> clock.advance(Duration.ofMillis(7)));

        node.accept("k:a");
        clock.advance(SECOND);
        node.acceptEach("k:a", "k:b", "k:b", "k:c");

        assertThat(notes.events)
                .containsExactly("merged k 1 0", "duplicate k", "joined k COMPLETE 2 1007 7", "duplicate k", "late k");
    }

    @Test
    void aListenerHearsOfABatchWhatItHearsOfEachMessage() {
        Node node = node(heard(2));

        node.acceptAll("k:a", "k:a", "k:b", "l:a", "k:c");

        assertThat(notes.events)
                .containsExactly("merged k 1 0", "duplicate k", "joined k COMPLETE 2 0 0", "merged l 1 0", "late k");
    }

    @Test
    void aListenerIsToldOfExpiryAndRelease() {
        Node node = node(heard(3).expireAfter(SECOND).onExpired(expired));
        expired.does((value, handOver) -> clock.advance(Duration.ofMillis(7)));
        node.acceptEach("k:a", "k:b", "l:a");
        node.release("l");
        clock.advance(SECOND);
        node.sweep();

        assertThat(notes.events)
                .containsExactly(
                        "merged k 1 0",
                        "merged k 2 0",
                        "merged l 1 0",
                        "joined l FORCED 1 0 0",
                        "expired k EXPIRED 2 1007 7");
    }

    @Test
    void anExpiredJoinThatIsProcessedIsJoined() {
        Node node = node(heard(3).expireAfter(SECOND).joinOnExpiry());
        node.accept("k:a");
        clock.advance(SECOND);
        node.sweep();

        assertThat(notes.events).containsExactly("merged k 1 0", "joined k EXPIRED 1 1000 0");
    }

    @Test
    void aListenerIsToldOfEachFailureAndOfTheLast() {
        Node node = node(heard(1).retry(2).onPoisoned(poisoned));
        process.does((value, handOver) -> {
            clock.advance(Duration.ofMillis(7));
            Receiver.fail(value, handOver);
        });
        assertHandOverFails("k", 1, () -> node.accept("k:a"));
        assertHandOverFails("k", 2, () -> node.accept("k:a"));

        assertThat(notes.events)
                .containsExactly(
                        "failed k COMPLETE 1 7 7", "failed for good k COMPLETE 2 14 7", "poisoned k COMPLETE 2 14 0");
    }

    @Test
    void aListenerIsToldOfAParkedJoin() {
        Node node = node(heard(1).retry(2).parkPoisoned());
        process.fails();
        assertHandOverFails("k", 1, () -> node.accept("k:a"));
        clock.advance(MINUTE);
        node.sweep();

        assertThat(notes.events)
                .containsExactly("failed k COMPLETE 1 0 0", "failed for good k COMPLETE 2 60000 0", "parked k 2 60000");
    }

    @Test
    void aListenerIsToldOfAMessageThatChangesNothing() {
        Node node = node(JoinSpec.joining(Message.class)
                .keyedBy(Message::key)
                .<String>mergedBy((message, pending) -> pending == null ? message.text() : pending)
                .sufficientWhen(value -> true)
                .named("words")
                .listener(notes)
                .keepAfterJoin()
                .expireAfter(HOUR)
                .joinOnExpiry());
        node.acceptEach("k:a", "k:b");

        assertThat(notes.events).containsExactly("joined k COMPLETE 1 0 0", "unchanged k");
    }

    @Test
    void aListenerIsToldOfConflictsButNotOfWrongGuesses() {
        FaultyStore<String, String> store = new FaultyStore<>(store());
        store.beRemote();
        store.guessNothing();
        Node node = node(heard(9), store);
        Node other = node(whole(9).identifiedBy(Message::text));
        node.acceptEach("k:a", "k:b");
        store.beforeNextWrite(() -> {
            store.beforeNextWrite(() -> other.accept("k:x"));
        });
        node.accept("k:c");

        assertThat(notes.events).containsExactly("merged k 1 0", "merged k 2 0", "conflict k 2", "merged k 4 0");
    }

    @Test
    void agesAreNotNegativeThoughClocksDiffer() {
        Node node = node(heard(2));
        node.accept("k:a");
        clock.advance(SECOND.negated());
        node.accept("k:b");

        assertThat(notes.events).containsExactly("merged k 1 0", "joined k COMPLETE 2 0 0");
    }

    @Test
    void aListenerThatThrowsChangesNothing() {
        notes.throwing = true;
        Node node =
                node(heard(2).expireAfter(SECOND).onExpired(expired).retry(1).onPoisoned(poisoned));
        process.failsFor("c+d");

        assertThat(node.acceptEach("k:a", "k:a", "k:b", "k:c", "l:c"))
                .containsExactly(incomplete(), duplicate(), joined("a+b"), late(), incomplete());
        assertHandOverFails("l", 1, () -> node.accept("l:d"));
        node.accept("m:a");
        clock.advance(SECOND);
        assertThat(node.sweep()).isEqualTo("expired 1");
        assertThat(notes.events).hasSize(9);
    }
}

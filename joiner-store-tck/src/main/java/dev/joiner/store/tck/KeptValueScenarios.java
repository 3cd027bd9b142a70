package dev.joiner.store.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.JoinSpec;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Values that are kept after their join, and corrected by later messages. */
abstract class KeptValueScenarios extends Scenarios {

    KeptValueScenarios(Stores stores) {
        super(stores);
    }

    /** The value is the latest version of all: what comes late changes nothing. */
    private JoinSpec.Builder<Message, String, String, String, String> latest() {
        return JoinSpec.joining(Message.class)
                .keyedBy(Message::key)
                .<String>mergedBy((message, pending) ->
                        pending == null || message.text().compareTo(pending) > 0 ? message.text() : pending)
                .sufficientWhen(version -> !version.equals("v0"))
                .keepAfterJoin()
                .expireAfterIdle(HOUR)
                .onExpired(expired)
                .process(process);
    }

    @Test
    void aMessageThatChangesNothingIsNotHandedOverAgain() {
        Node node = node(latest());

        assertThat(node.acceptEach("k:v1", "k:v3", "k:v2", "k:v3", "k:v4"))
                .containsExactly(joined("v1"), joined("v3"), unchanged(), unchanged(), joined("v4"));
        assertThat(process.values()).containsExactly("v1", "v3", "v4");
        assertThat(unchanged().isSafe()).isTrue();
        assertThat(node.state("k")).isEqualTo("open v4");
    }

    @Test
    void aBatchTellsTheSame() {
        Node node = node(latest());

        assertThat(node.acceptAll("k:v1", "k:v3", "k:v2", "k:v4"))
                .containsExactly(joined("v1"), joined("v3"), unchanged(), joined("v4"));
        assertThat(process.values()).containsExactly("v1", "v3", "v4");
    }

    /** It has not been handed over yet, so nobody has seen it. */
    @Test
    void aMessageThatChangesNothingInAValueThatWaitsIsIncomplete() {
        Node node = node(latest());

        assertThat(node.acceptEach("k:v0", "k:v0", "k:v1")).containsExactly(incomplete(), incomplete(), joined("v1"));
    }

    @Test
    void itsIdIsKnownAndItsTimeCountsAnew() {
        Node node = node(latest().identifiedBy(Message::text));
        node.acceptEach("k:v1", "k:v3");
        clock.advance(MINUTE);

        assertThat(node.accept("k:v2")).isEqualTo(unchanged());
        assertThat(node.dueAt("k")).isEqualTo(clock.instant().plus(HOUR).toEpochMilli());
        assertThat(node.accept("k:v2")).isEqualTo(duplicate());
    }

    @Test
    void itsIdIsKeptAfterItsValueHasEnded() {
        Node node = node(latest().identifiedBy(Message::text, HOUR.multipliedBy(2)));
        node.acceptEach("k:v3", "k:v2");
        clock.advance(HOUR);
        node.sweep();

        assertThat(node.acceptEach("k:v3", "k:v2")).containsExactly(duplicate(), duplicate());
        clock.advance(HOUR.multipliedBy(2));
        assertThat(node.acceptEach("k:v3")).containsExactly(joined("v3"));
    }

    /** Each copy that is handed over has the ids of all before it. */
    @Test
    void theIdsOfItsCopiesAreKeptOnce() {
        Node node = node(latest().identifiedBy(Message::text, HOUR));

        for (int i = 100; i < 400; i++) {
            assertThat(node.accept("k:v" + i)).isEqualTo(joined("v" + i));
        }

        assertThat(Objects.requireNonNull(Objects.requireNonNull(node.store().find("k"))
                                .state()
                                .closed())
                        .ids())
                .singleElement()
                .satisfies(kept -> assertThat(kept.ids()).hasSize(300));
        assertThat(node.accept("k:v100")).isEqualTo(duplicate());
    }

    @Test
    void withoutIdsNothingIsWritten() {
        FaultyStore<String, String> store = new FaultyStore<>(store());
        Node node = node(latest(), store);
        node.accept("k:v3");
        store.guessRight();
        store.roundTrips();

        assertThat(node.accept("k:v2")).isEqualTo(unchanged());
        assertThat(store.roundTrips()).as("read, for the guess is not believed").isEqualTo(1);
    }

    @Test
    void aGuessOfAKeptValueMakesNoMessageUnchanged() {
        FaultyStore<String, String> store = new FaultyStore<>(store());
        Node node = node(latest(), store);
        node.accept("k:v3");
        store.guessAsOfNow("k");
        node(latest()).drop("k");

        assertThat(node.accept("k:v2")).isEqualTo(joined("v2"));
        assertThat(process.values()).containsExactly("v3", "v2");
    }
}

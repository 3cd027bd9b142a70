package dev.joiner.store.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.StateCodec;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Ids that are kept after their join, on keys that never rest. */
abstract class KeptIdScenarios extends Scenarios {
    private static final int KEPT_SECONDS = 300;

    KeptIdScenarios(Stores stores) {
        super(stores);
    }

    private JoinSpec.Builder<Message, String, String, String, String> pairs() {
        return whole(2).identifiedBy(Message::text, Duration.ofSeconds(KEPT_SECONDS));
    }

    private static int ids(JoinState<String> state) {
        int open = state.open() == null ? 0 : state.open().ids().size();
        return open
                + (state.closed() == null
                        ? 0
                        : state.closed().ids().stream()
                                .mapToInt(kept -> kept.ids().size())
                                .sum());
    }

    /** One message a second; an id comes again when it was forgotten long ago. */
    @Test
    void idsLeaveAKeyThatNeverRests() {
        Node node = node(pairs());
        StateCodec<String> codec = new StateCodec<>(Codec.string());
        int most = 0;
        int mostBytes = 0;
        for (int i = 0; i < 3_000; i++) {
            assertThat(node.accept("k:" + i % 600)).as("message %s", i).isNotEqualTo(duplicate());
            clock.advance(SECOND);
            if (i % 10 == 0) {
                JoinState<String> state =
                        Objects.requireNonNull(node.store().find("k")).state();
                most = Math.max(most, ids(state));
                mostBytes = Math.max(mostBytes, codec.encode("k", state).length);
            }
        }

        assertThat(process.calls()).hasSize(1_500);
        assertThat(most).isBetween(KEPT_SECONDS - 10, KEPT_SECONDS + 10);
        assertThat(mostBytes)
                .as("some 4 bytes an id, and the time of each pair")
                .isLessThan(KEPT_SECONDS * 12);
    }

    @Test
    void idsThatAreStillKeptAreDuplicatesOnAKeyThatNeverRests() {
        Node node = node(pairs());
        for (int i = 0; i < 600; i++) {
            node.accept("k:" + i);
            if (i >= KEPT_SECONDS - 2) {
                assertThat(node.accept("k:" + (i - (KEPT_SECONDS - 2))))
                        .as("id of %s seconds ago", KEPT_SECONDS - 2)
                        .isEqualTo(duplicate());
            }
            clock.advance(SECOND);
        }
        assertThat(process.calls()).hasSize(300);
    }

    @Test
    void idsThatAreOverLeaveWithTheNextWriteOfTheirKey() {
        Node node = node(pairs());
        node.acceptEach("k:a", "k:b");
        clock.advance(Duration.ofSeconds(KEPT_SECONDS));

        node.accept("k:c");

        assertThat(node.state("k")).isEqualTo("open c");
    }

    @Test
    void aMessageWithoutAnIdCountsAsAMessageOfItsOwn() {
        Node node = node(whole(4).identifiedBy(message -> message.text().equals("x") ? null : message.text()));

        assertThat(node.acceptEach("k:a", "k:x", "k:a", "k:x", "k:b"))
                .containsExactly(incomplete(), incomplete(), duplicate(), incomplete(), joined("a+x+x+b"));
        assertThat(node.acceptAll("k:x", "k:a", "k:x", "k:a", "k:b"))
                .containsExactly(incomplete(), incomplete(), incomplete(), duplicate(), joined("x+a+x+b"));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void aMessageWithoutAnIdIsNotMergedIntoAFailedJoinOfMessagesWithIds() {
        Node node = node(whole(1).identifiedBy(message -> message.text().equals("x") ? null : message.text()));
        process.failsFor("a");
        assertHandOverFails("k", 1, () -> node.accept("k:a"));

        assertThat(node.accept("k:x")).isEqualTo(joined("x"));
        assertThat(node.state("k")).isEqualTo("failed a COMPLETE 1");
    }
}

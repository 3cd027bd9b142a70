package dev.joiner.store.tck;

import static dev.joiner.Cause.COMPLETE;
import static dev.joiner.Cause.FORCED;
import static dev.joiner.store.tck.FaultyStore.Fault.ANSWER_LOST;
import static dev.joiner.store.tck.FaultyStore.Fault.LOST;
import static dev.joiner.store.tck.FaultyStore.Fault.NONE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.joiner.JoinSpec;
import dev.joiner.StoreException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A claim that counts an attempt, and whose answer is lost: the key is read again, and the claim is known by its number. */
abstract class LostAnswerScenarios extends Scenarios {
    private FaultyStore<String, String> store;

    LostAnswerScenarios(Stores stores) {
        super(stores);
    }

    @BeforeEach
    void openAStore() {
        store = new FaultyStore<>(store());
        store.guessRight();
    }

    private Node node() {
        return node(once(), store);
    }

    private JoinSpec.Builder<Message, String, String, String, String> once() {
        return whole(2).retry(1).onPoisoned(poisoned);
    }

    @Test
    void aClaimThatIsThereIsBegun() {
        Node node = node();
        node.accept("k:a");
        store.nextWrites(ANSWER_LOST);

        assertThat(node.accept("k:b")).isEqualTo(joined("a+b"));
        assertThat(process.calls()).containsExactly(Call.of("k:a+b", COMPLETE));
        assertThat(poisoned.calls()).isEmpty();
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void aClaimThatIsThereIsBegunThoughTheKeyWentOn() {
        Node node = node();
        Node other = node(once());
        node.accept("k:a");
        store.nextWrites(ANSWER_LOST);
        store.afterNextWrite(() -> other.accept("k:c"));

        assertThat(node.accept("k:b")).isEqualTo(joined("a+b"));
        assertThat(node.state("k")).isEqualTo("open c");
    }

    @Test
    void aClaimThatIsNotThereIsAFailureOfTheStore() {
        Node node = node();
        node.accept("k:a");
        store.nextWrites(LOST);

        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> node.accept("k:b"))
                .satisfies(e -> assertThat(e.isSafe()).isFalse());
        assertThat(process.calls()).isEmpty();
        assertThat(node.state("k")).isEqualTo("open a");
    }

    @Test
    void theClaimOfAnotherIsNotTakenForMine() {
        JoinSpec.Builder<Message, String, String, String, String> single =
                whole(1).retry(1).onPoisoned(poisoned);
        Node node = node(single, store);
        Node other = node(single);
        process.doesOnce((value, handOver) -> {
            store.nextWrites(LOST);
            assertThatExceptionOfType(StoreException.class).isThrownBy(() -> node.accept("k:b"));
            assertThat(node.state("k")).isEqualTo("claimed a COMPLETE 1");
        });

        assertThat(other.accept("k:a")).isEqualTo(joined("a"));
        assertThat(process.values()).containsExactly("a");
    }

    @Test
    void aClaimThatMayNotBeginIsGivenBackUncharged() {
        Node node = node();
        node.accept("k:a");
        store.nextWrites(ANSWER_LOST);
        store.afterNextWrite(() -> Thread.currentThread().interrupt());

        assertThat(node.accept("k:b")).isEqualTo(incomplete());
        assertThat(Thread.interrupted()).isTrue();
        assertThat(process.calls()).isEmpty();
        assertThat(node.state("k")).isEqualTo("given back a+b COMPLETE 0");
        assertThat(node.sweep()).isEqualTo("joined 1");
        assertThat(process.calls()).containsExactly(Call.of("k:a+b", COMPLETE));
        assertThat(poisoned.calls()).isEmpty();
    }

    @Test
    void aReleasedClaimIsBegun() {
        Node node = node();
        node.accept("k:a");
        store.nextWrites(ANSWER_LOST);

        assertThat(node.release("k")).containsExactly("a");
        assertThat(process.calls()).containsExactly(Call.of("k:a", FORCED));
    }

    @Test
    void aClaimOfASuspectIsBegun() {
        FaultyStore<String, String> dying = new FaultyStore<>(store());
        process.does(death(dying));
        dies(() -> node(whole(1).retry(2).onPoisoned(poisoned), dying).accept("k:a"));
        process.recovers();
        clock.advance(MINUTE);
        Node node = node(whole(1).retry(2).onPoisoned(poisoned), store);
        store.nextWrites(ANSWER_LOST);

        assertThat(node.sweep()).isEqualTo("joined 1");
        assertThat(process.calls()).extracting(Call::attempt).containsExactly(1, 2);
        assertThat(node.isEmpty()).isTrue();
    }

    /** Nobody knows whether the claim is there, and the attempt counts. */
    @Test
    void aClaimThatCannotBeLookedForIsAFailureOfTheStore() {
        Node node = node(whole(2).retry(2).onPoisoned(poisoned), store);
        node.accept("k:a");
        store.nextWrites(ANSWER_LOST);
        store.nextReads(LOST);

        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> node.accept("k:b"))
                .withMessage("the answer was lost");
        assertThat(process.calls()).isEmpty();
        assertThat(node.state("k")).isEqualTo("claimed a+b COMPLETE 1");
        clock.advance(MINUTE);
        assertThat(node.sweep()).isEqualTo("joined 1");
        assertThat(process.calls()).extracting(Call::attempt).containsExactly(2);
    }

    @Test
    void aClaimWhoseLeaseIsOverWhenTheAnswerComesIsNotBegun() {
        store.beRemote();
        Node node = node();
        node.accept("k:a");
        store.afterNextWrite(() -> clock.advance(MINUTE));

        assertThat(node.accept("k:b")).isEqualTo(incomplete());
        assertThat(process.calls()).isEmpty();
        assertThat(node.sweep()).isEqualTo("joined 1");
        assertThat(process.calls()).containsExactly(Call.of("k:a+b", COMPLETE));
        assertThat(poisoned.calls()).isEmpty();
    }

    @Test
    void aClaimOfWhichLittleIsLeftWhenTheAnswerComesIsRenewed() {
        store.beRemote();
        Node node = node();
        Node other = node(once());
        node.accept("k:a");
        store.afterNextWrite(() -> clock.advance(MINUTE.dividedBy(2)));
        process.doesOnce((value, handOver) -> {
            clock.advance(MINUTE.minus(MILLISECOND));
            assertThat(other.sweep()).isEqualTo("nothing");
        });

        assertThat(node.accept("k:b")).isEqualTo(joined("a+b"));
        assertThat(process.calls()).hasSize(1);
    }

    @Test
    void aClaimThatCannotBeRenewedBeginsOnWhatIsLeftOfItsLease() {
        store.beRemote();
        Node node = node(whole(2).retry(2).onPoisoned(poisoned), store);
        node.accept("k:a");
        store.nextWrites(NONE, LOST);
        store.afterNextWrite(() -> clock.advance(MINUTE.dividedBy(2)));

        assertThat(node.accept("k:b")).isEqualTo(joined("a+b"));
        assertThat(process.calls()).hasSize(1);
    }

    @Test
    void aClaimThatCannotBeRenewedIsLeftToASweepIfItsLeaseIsOver() {
        store.beRemote();
        Node node = node(whole(2).retry(2).onPoisoned(poisoned), store);
        node.accept("k:a");
        store.nextWrites(NONE, LOST);
        store.afterNextWrite(() -> clock.advance(MINUTE));

        assertThat(node.accept("k:b")).isEqualTo(incomplete());
        assertThat(process.calls()).isEmpty();
        assertThat(node.sweep()).isEqualTo("joined 1");
        assertThat(process.calls()).hasSize(1);
    }
}

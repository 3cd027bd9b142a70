package dev.joiner.store.tck;

import java.util.List;
import org.junit.jupiter.api.Nested;

/**
 * The scenarios of joiners, by a processor of Kafka Streams, as far as they need no more than it has. Scenarios that do leave
 * themselves out; those that could not notice it are overridden.
 *
 * <p>Not here at all, because Kafka Streams has nothing of what they are about: several nodes at a key, races, leases and suspects;
 * batches that are written together; stores that fail, lose answers or evict, and round trips to them; {@code release}, {@code
 * drop} and pages of what waits; joiners that are stopped or interrupted. Sizes, states that cannot be read, and the
 * reexamination at the start are in tests of their own.
 */
class KafkaStreamsScenariosTest {

    @Nested
    class Joining extends JoiningScenarios {
        Joining() {
            super(new ProcessorStores());
        }

        /** A processor is closed by its task. */
        @Override
        void aClosedJoinerRefusesEverything() {}

        /** A task has one thread. */
        @Override
        void handOversOfDifferentKeysOverlap() {}

        /** A task has one thread. */
        @Override
        void messagesMayEachComeOnAThreadOfTheirOwn() {}
    }

    @Nested
    class Keys extends KeyScenarios {
        Keys() {
            super(new ProcessorStores());
        }

        /** About find, release and drop. */
        @Override
        void nothingIsUnderAKeyThatIsNull() {}

        /** About find, release and drop. */
        @Override
        void keysThatNoStoreCouldKeepAreRefused(List<String> textAndProblem) {}
    }

    @Nested
    class DuplicatesAndLate extends DuplicateAndLateScenarios {
        DuplicatesAndLate() {
            super(new ProcessorStores());
        }

        /** It counts from the time at which the message came: a hand-over is shorter than a transaction. */
        @Override
        void theTimeOfTheMemoryCountsFromTheEndOfTheHandOver() {}

        /** A task has one thread. */
        @Override
        void duplicatesThatRaceWithTheJoinDoNotBeginAnother() {}
    }

    @Nested
    class Expiry extends ExpiryScenarios {
        Expiry() {
            super(new ProcessorStores());
        }
    }

    @Nested
    class HandOverFailures extends HandOverFailureScenarios {
        HandOverFailures() {
            super(new ProcessorStores());
        }

        /** Nobody is thrown an exception at. */
        @Override
        void theMessageThatMakesTheLastAttemptIsToldOfThePoison() {}

        /** Nobody is thrown an exception at. */
        @Override
        void aRedeliveryAfterTheLastAttemptGoesToOnPoisonedAlone() {}

        /** Its handler calls the joiner. */
        @Override
        void withoutIdsAMessageGoesIntoTheNewestOfSeveralFailedJoins() {}

        /** Its handler calls the joiner. */
        @Override
        void tokensOfAKeyGrow() {}
    }

    @Nested
    class Collecting extends CollectingScenarios {
        Collecting() {
            super(new ProcessorStores());
        }
    }

    @Nested
    class LimitedRetries extends LimitedRetryScenarios {
        LimitedRetries() {
            super(new ProcessorStores());
        }
    }

    @Nested
    class Listeners extends ListenerScenarios {
        Listeners() {
            super(new ProcessorStores());
        }

        /** Its handler sets the clock, which a context without a broker does not follow. */
        @Override
        void aListenerIsToldWhatBecomesOfEachMessage() {}

        /** Its handler sets the clock, which a context without a broker does not follow. */
        @Override
        void aListenerIsToldOfEachFailureAndOfTheLast() {}
    }

    @Nested
    class KeptIds extends KeptIdScenarios {
        KeptIds() {
            super(new ProcessorStores());
        }
    }

    @Nested
    class KeptValues extends KeptValueScenarios {
        KeptValues() {
            super(new ProcessorStores());
        }
    }

    @Nested
    class FoundByExploring extends FoundByExploringScenarios {
        FoundByExploring() {
            super(new ProcessorStores());
        }
    }
}

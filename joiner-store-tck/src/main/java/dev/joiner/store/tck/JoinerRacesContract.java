package dev.joiner.store.tck;

import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Nested;

/**
 * How joins behave when nodes meet at a key: the part of {@link JoinerContract} in which writes race, are made together, or
 * lose their answers.
 *
 * <p>One store has to pass the whole contract. For further settings of its server or its client, which change how statements
 * are run and not what joins are, {@link JoinStoreContract} and this part are enough.
 */
@NullMarked
public abstract class JoinerRacesContract extends StoreSuite {

    /** @param tested opens the stores */
    protected JoinerRacesContract(StoreUnderTest tested) {
        super(tested);
    }

    @Nested
    class SeveralNodes extends SeveralNodesScenarios {
        SeveralNodes() {
            super(stores);
        }
    }

    @Nested
    class FoundByExploring extends FoundByExploringScenarios {
        FoundByExploring() {
            super(stores);
        }
    }

    @Nested
    class Batches extends BatchScenarios {
        Batches() {
            super(stores);
        }
    }

    @Nested
    class Races extends RaceScenarios {
        Races() {
            super(stores);
        }
    }

    @Nested
    class LostAnswers extends LostAnswerScenarios {
        LostAnswers() {
            super(stores);
        }
    }
}

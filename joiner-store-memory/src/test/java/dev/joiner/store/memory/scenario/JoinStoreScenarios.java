package dev.joiner.store.memory.scenario;

import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStoreConfig;
import org.junit.jupiter.api.Nested;

/** The behaviour of joins, on any store: a subclass says how one of its stores is opened. */
public abstract class JoinStoreScenarios {

    /**
     * A store on the data of the config's namespace. Opened twice, it shows the same data twice, also when the first has
     * been closed; a store that is gone with its process may return the same object again, if its {@code close} leaves
     * the data alone.
     */
    protected abstract <K, V> JoinStore<K, V> open(JoinStoreConfig<K, V> config);

    @Nested
    class Joining extends JoiningScenarios {
        Joining() {
            super(JoinStoreScenarios.this::open);
        }
    }

    @Nested
    class Keys extends KeyScenarios {
        Keys() {
            super(JoinStoreScenarios.this::open);
        }
    }

    @Nested
    class DuplicatesAndLate extends DuplicateAndLateScenarios {
        DuplicatesAndLate() {
            super(JoinStoreScenarios.this::open);
        }
    }

    @Nested
    class Expiry extends ExpiryScenarios {
        Expiry() {
            super(JoinStoreScenarios.this::open);
        }
    }

    @Nested
    class HandOverFailures extends HandOverFailureScenarios {
        HandOverFailures() {
            super(JoinStoreScenarios.this::open);
        }
    }

    @Nested
    class Leases extends LeaseScenarios {
        Leases() {
            super(JoinStoreScenarios.this::open);
        }
    }

    @Nested
    class ReleaseAndDrop extends ReleaseAndDropScenarios {
        ReleaseAndDrop() {
            super(JoinStoreScenarios.this::open);
        }
    }

    @Nested
    class SeveralNodes extends SeveralNodesScenarios {
        SeveralNodes() {
            super(JoinStoreScenarios.this::open);
        }
    }

    @Nested
    class FoundByExploring extends FoundByExploringScenarios {
        FoundByExploring() {
            super(JoinStoreScenarios.this::open);
        }
    }

    @Nested
    class Batches extends BatchScenarios {
        Batches() {
            super(JoinStoreScenarios.this::open);
        }
    }

    @Nested
    class StoreFaults extends StoreFaultScenarios {
        StoreFaults() {
            super(JoinStoreScenarios.this::open);
        }
    }

    @Nested
    class Listeners extends ListenerScenarios {
        Listeners() {
            super(JoinStoreScenarios.this::open);
        }
    }
}

package dev.joiner.store.documents;

import dev.joiner.JoinStoreConfig;
import dev.joiner.spi.JoinStore;
import dev.joiner.store.tck.JoinStoreContract;
import dev.joiner.store.tck.JoinerContract;
import dev.joiner.store.tck.StoreUnderTest;
import org.junit.jupiter.api.Nested;

// snippet:document-store-contract
class DocumentJoinStoreTest implements StoreUnderTest {
    private final DocumentDatabase database = new DocumentDatabase();

    /** Each time a node of its own, with a client and a cache of its own. */
    @Override
    public <K, V> JoinStore<K, V> open(JoinStoreConfig<K, V> config) {
        return new DocumentJoinStore<>(new DocumentClient(database), true, config, 1 << 20);
    }

    @Nested
    class OfTheStore extends JoinStoreContract {
        OfTheStore() {
            super(DocumentJoinStoreTest.this);
        }
    }

    @Nested
    class OfJoins extends JoinerContract {
        OfJoins() {
            super(DocumentJoinStoreTest.this);
        }
    }
}
// end:document-store-contract

package dev.joiner.store.tck;

import dev.joiner.JoinStoreConfig;
import dev.joiner.spi.JoinStore;
import org.junit.jupiter.api.Nested;

/** All that joins promise, where parts are kept apart from states. */
class PartsMapStoreTest implements StoreUnderTest {
    private final PartsMapStore.PartsOpener opener = new PartsMapStore.PartsOpener(PartsMapStore::new);

    @Override
    public <K, V> JoinStore<K, V> open(JoinStoreConfig<K, V> config) {
        return opener.open(config);
    }

    @Nested
    class OfTheStore extends JoinStoreContract {
        OfTheStore() {
            super(PartsMapStoreTest.this);
        }
    }

    @Nested
    class OfJoins extends JoinerContract {
        OfJoins() {
            super(PartsMapStoreTest.this);
        }
    }
}

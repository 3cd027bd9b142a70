package dev.joiner.store.tck;

import dev.joiner.JoinStoreConfig;
import dev.joiner.spi.JoinStore;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

// snippet:file-store-contract
class FileJoinStoreTest implements StoreUnderTest {
    @TempDir
    Path folder;

    @Override
    public <K, V> JoinStore<K, V> open(JoinStoreConfig<K, V> config) {
        return new FileJoinStore<>(folder.resolve("joins"), config);
    }

    @Nested
    class OfTheStore extends JoinStoreContract {
        OfTheStore() {
            super(FileJoinStoreTest.this);
        }
    }

    @Nested
    class OfJoins extends JoinerContract {
        OfJoins() {
            super(FileJoinStoreTest.this);
        }
    }
}
// end:file-store-contract

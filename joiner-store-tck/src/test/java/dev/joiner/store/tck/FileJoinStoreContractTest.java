package dev.joiner.store.tck;

import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStoreConfig;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

// snippet:file-store-contract
class FileJoinStoreContractTest extends JoinStoreContract {
    @TempDir
    Path folder;

    @Override
    protected <K, V> JoinStore<K, V> open(JoinStoreConfig<K, V> config) {
        return new FileJoinStore<>(folder.resolve("joins"), config);
    }
}
// end:file-store-contract

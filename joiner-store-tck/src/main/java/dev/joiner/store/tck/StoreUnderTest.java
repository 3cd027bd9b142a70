package dev.joiner.store.tck;

import dev.joiner.JoinStoreConfig;
import dev.joiner.spi.JoinStore;
import org.jspecify.annotations.NullMarked;

/**
 * Says how the stores of one kind are opened, for {@link JoinStoreContract} and {@link JoinerContract}.
 *
 * <p>The usual form is a test class that implements it, with one nested subclass of each suite.
 */
@NullMarked
public interface StoreUnderTest {

    /**
     * Opens a store on the data of the config's namespace, which no other test uses. Opened twice, also when the first has
     * been closed, it shows the same data twice, as two nodes see it. A store that ends with its process may return the same
     * object again, if its {@code close} leaves the data alone.
     */
    <K, V> JoinStore<K, V> open(JoinStoreConfig<K, V> config) throws Exception;

    /**
     * Whether {@link #open} shows the same data twice. True by default; where it is not, the tests that need a second node
     * are left out.
     */
    default boolean isShared() {
        return true;
    }

    /** Cleans up after a test, when the stores that it opened are closed. Does nothing by default. */
    default void dispose() throws Exception {}
}

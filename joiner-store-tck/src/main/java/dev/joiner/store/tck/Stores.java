package dev.joiner.store.tck;

import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStoreConfig;

/** Opens stores of one kind, and closes them after the test. */
interface Stores {

    /** A store on the data of the config's namespace: what is opened twice, shows the same data twice. */
    <K, V> JoinStore<K, V> open(JoinStoreConfig<K, V> config);
}

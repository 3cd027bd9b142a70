import dev.joiner.spi.JoinStoreProvider;
import dev.joiner.store.memory.internal.MemoryJoinStoreProvider;

/** Stores that keep joins in the memory of one process. */
module dev.joiner.store.memory {
    requires transitive dev.joiner;
    requires static com.github.benmanes.caffeine;

    exports dev.joiner.store.memory;

    provides JoinStoreProvider with
            MemoryJoinStoreProvider;
}

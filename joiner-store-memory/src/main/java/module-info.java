/** Stores that keep joins in the memory of one process. */
module dev.joiner.store.memory {
    requires transitive dev.joiner;

    exports dev.joiner.store.memory;
}

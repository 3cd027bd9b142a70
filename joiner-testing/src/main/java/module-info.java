/** What a unit test of a join needs: a joiner in memory, and a clock that is set by hand. */
module dev.joiner.testing {
    requires transitive dev.joiner;
    requires dev.joiner.store.memory;

    exports dev.joiner.testing;
}

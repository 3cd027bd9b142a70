/**
 * The core of Joiner: joins as applications see them ({@code dev.joiner}), with merges ready-made
 * ({@code dev.joiner.merge}), as stores hold them ({@code dev.joiner.spi}) and as engines drive them
 * ({@code dev.joiner.engine}).
 */
module dev.joiner {
    requires static transitive org.jspecify;

    exports dev.joiner;
    exports dev.joiner.engine;
    exports dev.joiner.merge;
    exports dev.joiner.spi;

    uses dev.joiner.spi.JoinStoreProvider;
}

/** The core of Joiner: joins as callers see them ({@code dev.joiner}) and as stores and engines see them ({@code dev.joiner.spi}). */
module dev.joiner {
    requires static transitive org.jspecify;

    exports dev.joiner;
    exports dev.joiner.spi;

    uses dev.joiner.spi.JoinStoreProvider;
}

/** The suite that every store of joins passes, and what a user needs to test a join. */
module dev.joiner.store.tck {
    requires transitive dev.joiner;
    requires dev.joiner.store.memory;
    requires transitive org.junit.jupiter.api;
    requires org.junit.jupiter.params;
    requires org.assertj.core;

    exports dev.joiner.store.tck;

    opens dev.joiner.store.tck;
}

/** The suites that every store of joins passes. */
module dev.joiner.store.tck {
    requires transitive dev.joiner;
    requires transitive org.junit.jupiter.api;
    requires org.junit.jupiter.params;
    requires org.assertj.core;

    exports dev.joiner.store.tck;

    opens dev.joiner.store.tck;
}

import dev.joiner.spi.JoinStoreProvider;
import dev.joiner.store.jdbc.internal.JdbcJoinStoreProvider;

/** A store that keeps joins in a relational database. */
module dev.joiner.store.jdbc {
    requires transitive dev.joiner;
    requires com.github.benmanes.caffeine;
    requires transitive java.sql;
    requires static com.zaxxer.hikari;

    exports dev.joiner.store.jdbc;

    provides JoinStoreProvider with
            JdbcJoinStoreProvider;
}

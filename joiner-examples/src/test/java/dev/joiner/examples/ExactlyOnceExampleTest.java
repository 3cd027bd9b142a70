package dev.joiner.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.Test;

class ExactlyOnceExampleTest {

    @Test
    void pairIsInTheTableOnce() {
        JdbcConnectionPool database = JdbcConnectionPool.create("jdbc:h2:mem:exactly-once;DB_CLOSE_DELAY=-1", "sa", "");
        try {
            assertThat(Printed.by(out -> ExactlyOnceExample.run(database, out)))
                    .containsExactly(
                            "one: Incomplete",
                            "two: undone, to be delivered again",
                            "two: Joined",
                            "one: Duplicate",
                            "in the table: thing, one and two");
        } finally {
            database.dispose();
        }
    }
}

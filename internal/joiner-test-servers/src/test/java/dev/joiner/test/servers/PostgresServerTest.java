package dev.joiner.test.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PostgresServerTest extends DatabaseServerContract {
    @Override
    PostgresServer start(String... settings) {
        return PostgresServer.start(folder, settings);
    }

    @Override
    PostgresServer shared() {
        return PostgresServer.shared();
    }

    @Override
    String stopped() {
        return "database system is shut down";
    }

    @Test
    void killedInTheMiddleOfWorkItRestarts() throws Exception {
        try (PostgresServer postgres = start()) {
            execute(postgres, "create table t (k bigint)");
            for (int round = 0; round < 3; round++) {
                // Enough work not to look up from, whatever becomes of the server.
                List<Thread> working = IntStream.range(0, 4)
                        .mapToObj(i -> new Thread(() -> {
                            try {
                                execute(postgres, "insert into t select g from generate_series(1, 50000000) g");
                            } catch (SQLException e) {
                                // The server has been killed.
                            }
                        }))
                        .toList();
                working.forEach(Thread::start);
                await().until(
                                () -> query(
                                        postgres, "select count(*) from pg_stat_activity where query like 'insert%'"),
                                "4"::equals);

                postgres.kill();
                postgres.restart();

                for (Thread thread : working) {
                    thread.join();
                }
                assertThat(query(postgres, "select count(*) from t")).isEqualTo("0");
            }
        }
    }

    @Test
    void settingsWin() throws Exception {
        try (PostgresServer postgres =
                start("deadlock_timeout=50ms", "default_transaction_isolation=repeatable read")) {
            assertThat(query(postgres, "show deadlock_timeout")).isEqualTo("50ms");
            assertThat(query(postgres, "show default_transaction_isolation")).isEqualTo("repeatable read");
            assertThat(query(postgres, "show max_connections")).isEqualTo("200");
            assertThat(query(postgres, "show full_page_writes")).isEqualTo("on");
        }
    }

    @Test
    void settingThatServerRefusesIsInTheMessage() {
        assertThatIllegalStateException()
                .isThrownBy(() -> start("max_connections=many"))
                .withMessageStartingWith("PostgreSQL ended with status 1 instead of starting")
                .withMessageContaining("invalid value for parameter \"max_connections\"");
    }
}

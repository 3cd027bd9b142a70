package dev.joiner.test.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

/** What MariaDB and MySQL have in common. */
abstract class MySqlFamilyServerContract extends DatabaseServerContract {
    private final String name;

    MySqlFamilyServerContract(String name) {
        this.name = name;
    }

    @Override
    abstract MySqlFamilyServer shared();

    @Override
    final String stopped() {
        return "Shutdown complete";
    }

    @Test
    void settingsWin() throws Exception {
        try (DatabaseServer server = start("innodb-lock-wait-timeout=3", "transaction-isolation=READ-COMMITTED")) {
            assertThat(query(server, "select @@innodb_lock_wait_timeout")).isEqualTo("3");
            assertThat(query(server, "select @@transaction_isolation")).isEqualTo("READ-COMMITTED");
            assertThat(query(server, "select @@max_connections")).isEqualTo("200");
        }
    }

    @Test
    void settingThatServerRefusesIsInTheMessage() {
        assertThatIllegalStateException()
                .isThrownBy(() -> start("no-such-option=1"))
                .withMessageStartingWith(name + " ended with status")
                .withMessageContaining("unknown variable 'no-such-option=1'");
    }

    @Test
    void sharedServerHasTheDatabase() throws Exception {
        assertThat(query(shared(), "select database()")).isEqualTo(shared().database());
    }
}

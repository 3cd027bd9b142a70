package dev.joiner.test.servers;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeAll;

class MySqlServerTest extends MySqlFamilyServerContract {
    MySqlServerTest() {
        super("MySQL");
    }

    @BeforeAll
    static void requireLibraries() {
        assumeTrue(MySqlServer.missing().isEmpty(), () -> MySqlServer.missing().orElseThrow());
    }

    @Override
    MySqlServer start(String... settings) {
        return MySqlServer.start(folder, settings);
    }

    @Override
    MySqlServer shared() {
        return MySqlServer.shared();
    }
}

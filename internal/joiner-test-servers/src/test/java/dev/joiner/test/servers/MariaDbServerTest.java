package dev.joiner.test.servers;

class MariaDbServerTest extends MySqlFamilyServerContract {
    MariaDbServerTest() {
        super("MariaDB");
    }

    @Override
    MariaDbServer start(String... settings) {
        return MariaDbServer.start(folder, settings);
    }

    @Override
    MariaDbServer shared() {
        return MariaDbServer.shared();
    }
}

package dev.joiner.spring.boot;

import dev.joiner.test.servers.PostgresServer;

class PostgresJpaTransactionTest extends JpaTransactionContract {

    @Override
    String url() {
        return PostgresServer.shared().jdbcUrl();
    }

    @Override
    String user() {
        return PostgresServer.shared().user();
    }
}

package dev.joiner.examples.spring;

import dev.joiner.examples.spring.shop.ShopApplication;
import dev.joiner.test.servers.PostgresServer;

/** Starts the shop with a PostgreSQL server of its own. */
final class ShopLauncher {
    private ShopLauncher() {}

    public static void main(String[] arguments) {
        PostgresServer database = PostgresServer.shared();
        ShopApplication.main(new String[] {
            "--spring.datasource.url=" + database.jdbcUrl(), "--spring.datasource.username=" + database.user()
        });
    }
}

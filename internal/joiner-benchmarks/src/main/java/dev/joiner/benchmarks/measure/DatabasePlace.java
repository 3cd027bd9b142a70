package dev.joiner.benchmarks.measure;

import dev.joiner.benchmarks.subject.Database;
import dev.joiner.benchmarks.subject.Database.Product;
import dev.joiner.test.servers.MariaDbServer;
import dev.joiner.test.servers.PostgresServer;
import java.nio.file.Path;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/** A database of its own. */
public final class DatabasePlace implements Place<Database>, AutoCloseable {
    private final Database database;
    private final Runnable stop;
    private final StatementCounter statements = new StatementCounter();

    private DatabasePlace(Product product, String url, String user, Runnable stop) {
        database = new Database(product, url, user, UnaryOperator.identity());
        this.stop = stop;
    }

    public static DatabasePlace start(Product product, Path folder) {
        return switch (product) {
            // A commit is in the file when it is confirmed; otherwise a crash would lose those of half a second.
            case H2 ->
                new DatabasePlace(
                        product,
                        "jdbc:h2:async:" + folder.toAbsolutePath().resolve("joins") + ";WRITE_DELAY=0",
                        "sa",
                        () -> {});
            case POSTGRESQL -> {
                PostgresServer server = PostgresServer.start(folder);
                yield new DatabasePlace(product, server.jdbcUrl(), server.user(), server::close);
            }
            case MARIADB -> {
                MariaDbServer server = MariaDbServer.start(folder);
                yield new DatabasePlace(product, server.jdbcUrl(), server.user(), server::close);
            }
        };
    }

    @Override
    public String name() {
        return database.product().title();
    }

    @Override
    public Database direct() {
        return database;
    }

    @Override
    public Database counted() {
        return new Database(database.product(), database.url(), database.user(), statements::observe);
    }

    @Override
    public long bytesHeld() {
        return database.bytesHeld();
    }

    @Override
    public LongSupplier count() {
        return statements::count;
    }

    @Override
    public String unit() {
        return "statements and commits";
    }

    @Override
    public void close() {
        stop.run();
    }
}

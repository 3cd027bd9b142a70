package dev.joiner.store.jdbc.internal;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** One store's share in a pool, which is closed with the last of its shares. Thread-safe. */
final class SharedPool extends ForwardingDataSource implements AutoCloseable {
    private static final Map<String, Shared> POOLS = new HashMap<>();

    private static final class Shared {
        private final HikariDataSource pool;
        private int shares;

        Shared(HikariDataSource pool) {
            this.pool = pool;
        }
    }

    private final String name;
    private final Shared shared;
    private final HikariDataSource pool;
    private final AtomicBoolean isClosed = new AtomicBoolean();

    private SharedPool(String name, Shared shared) {
        super(shared.pool);
        this.name = name;
        this.shared = shared;
        pool = shared.pool;
    }

    /** Takes a share in the pool of that name. */
    static SharedPool of(String name, Supplier<HikariDataSource> opened) {
        synchronized (POOLS) {
            Shared shared = POOLS.get(name);
            if (shared == null) {
                shared = new Shared(opened.get());
                POOLS.put(name, shared);
            }
            shared.shares++;
            return new SharedPool(name, shared);
        }
    }

    @Override
    public void close() {
        if (!isClosed.compareAndSet(false, true)) {
            return;
        }
        synchronized (POOLS) {
            shared.shares--;
            if (shared.shares == 0) {
                POOLS.remove(name);
                pool.close();
            }
        }
    }

    private HikariDataSource open() throws SQLException {
        if (isClosed.get()) {
            throw new SQLException("the store is closed");
        }
        return pool;
    }

    @Override
    public Connection getConnection() throws SQLException {
        return open().getConnection();
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        return open().getConnection(user, password);
    }
}

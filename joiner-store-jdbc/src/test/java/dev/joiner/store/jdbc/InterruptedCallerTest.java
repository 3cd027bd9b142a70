package dev.joiner.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.joiner.StoreException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A thread that is interrupted while it is in a call to a store on a file of H2, which closes when it is interrupted at work. */
@Timeout(60)
class InterruptedCallerTest {
    @FunctionalInterface
    private interface BeforeConnecting {
        void happen() throws SQLException, InterruptedException;
    }

    private final AtomicReference<BeforeConnecting> beforeConnecting = new AtomicReference<>(() -> {});

    @TempDir
    private Path folder;

    private JdbcConnectionPool pool;
    private JdbcJoinStore<String, byte[]> store;

    @BeforeEach
    void open() {
        pool = JdbcConnectionPool.create("jdbc:h2:async:" + folder.resolve("joins"), "sa", "");
        DataSource watched = (DataSource) Proxy.newProxyInstance(
                DataSource.class.getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    beforeConnecting.get().happen();
                    try {
                        return method.invoke(pool, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        store = JdbcJoinStore.builder(watched)
                .namespace("test")
                .createTableIfMissing()
                .build();
    }

    @AfterEach
    void close() {
        pool.dispose();
    }

    @Test
    void waitsOnAndIsInterruptedAfterwardsAndTheDatabaseDoesNotNotice() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        beforeConnecting.set(() -> {
            entered.countDown();
            released.await(); // throws if the thread that works is interrupted
        });
        FutureTask<Boolean> call = new FutureTask<>(
                () -> store.size() == 0 && Thread.currentThread().isInterrupted());
        Thread caller = new Thread(call);
        caller.start();
        entered.await();

        caller.interrupt();
        released.countDown();

        assertThat(call.get()).isTrue();
    }

    @Test
    void isToldWhatFailed() {
        SQLException failure = new SQLException("as the test wants it", "42000");
        beforeConnecting.set(() -> {
            throw failure;
        });

        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> store.size())
                .withCause(failure);
    }
}

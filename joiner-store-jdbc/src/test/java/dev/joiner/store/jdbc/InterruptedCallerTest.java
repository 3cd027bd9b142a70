package dev.joiner.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;

import dev.joiner.StoreException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
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
    @TempDir
    private Path folder;

    private JdbcConnectionPool pool;
    private DataSource dataSource;
    private JdbcJoinStore<String, byte[]> store;

    @BeforeEach
    void open() {
        pool = JdbcConnectionPool.create("jdbc:h2:async:" + folder.resolve("joins"), "sa", "");
        dataSource = mock(DataSource.class, delegatesTo(pool));
        store = JdbcJoinStore.builder(dataSource)
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
        doAnswer(call -> {
                    entered.countDown();
                    released.await(); // throws if the thread that works is interrupted
                    return pool.getConnection();
                })
                .when(dataSource)
                .getConnection();
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
    void isToldWhatFailed() throws SQLException {
        SQLException failure = new SQLException("as the test wants it", "42000");
        doThrow(failure).when(dataSource).getConnection();

        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> store.size())
                .withCause(failure);
    }
}

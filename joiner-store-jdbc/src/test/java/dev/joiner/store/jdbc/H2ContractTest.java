package dev.joiner.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.zaxxer.hikari.HikariConfig;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.Outcome;
import dev.joiner.ValueTooLargeException;
import dev.joiner.spi.Versioned;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract on H2, in memory and in a file. */
class H2ContractTest {
    private static void inMemory(HikariConfig pool) {
        pool.setJdbcUrl("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
    }

    /** An interrupt of a thread closes the whole database, unless its file is {@code async:}. */
    private static void inFile(HikariConfig pool) {
        try {
            pool.setJdbcUrl("jdbc:h2:async:" + Files.createTempDirectory("h2").resolve("joins") + ";WRITE_DELAY=0");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void withoutAutoCommit(HikariConfig pool) {
        pool.setAutoCommit(false);
    }

    @Nested
    class InMemory extends JdbcStoreContract {
        InMemory() {
            super(H2ContractTest::inMemory);
        }
    }

    @Nested
    class InMemoryWithoutAutoCommit extends JdbcSettingContract {
        InMemoryWithoutAutoCommit() {
            super(pool -> {
                inMemory(pool);
                withoutAutoCommit(pool);
            });
        }
    }

    @Nested
    class InFile extends JdbcSettingContract {
        InFile() {
            super(H2ContractTest::inFile);
        }
    }

    @Nested
    class InFileWithoutAutoCommit extends JdbcSettingContract {
        InFileWithoutAutoCommit() {
            super(pool -> {
                inFile(pool);
                withoutAutoCommit(pool);
            });
        }
    }

    @Nested
    class Serializable extends JdbcSettingContract {
        Serializable() {
            super(pool -> {
                inMemory(pool);
                pool.setTransactionIsolation("TRANSACTION_SERIALIZABLE");
            });
        }
    }

    @Nested
    class TransactionsOfParts extends TransactionalPartsContract {
        TransactionsOfParts() {
            super(H2ContractTest::inMemory);
        }
    }

    @Nested
    class Transactions extends TransactionalContract {
        Transactions() {
            super(H2ContractTest::inMemory);
        }
    }

    @Nested
    class Sweeps extends TransactionalSweepContract {
        Sweeps() {
            super(H2ContractTest::inMemory);
        }
    }

    @Nested
    class TransactionsInFile extends TransactionalContract {
        TransactionsInFile() {
            super(pool -> {
                inFile(pool);
                withoutAutoCommit(pool);
            });
        }
    }

    @Nested
    class SweepsInFile extends TransactionalSweepContract {
        SweepsInFile() {
            super(pool -> {
                inFile(pool);
                withoutAutoCommit(pool);
            });
        }
    }

    @Nested
    class EndedTransactions extends EndedTransactionContract {
        EndedTransactions() {
            super(H2ContractTest::inMemory, true);
        }
    }

    @Nested
    class TransactionsOfCallers extends CallersTransactionContract {
        TransactionsOfCallers() {
            super(H2ContractTest::inMemory);
        }
    }

    /** Whose file is otherwise written by threads that know nothing of the caller's. */
    @Nested
    class TransactionsOfCallersInFile extends CallersTransactionContract {
        TransactionsOfCallersInFile() {
            super(H2ContractTest::inFile, true);
        }
    }

    @Nested
    class HandOverConnections extends HandOverConnectionContract {
        HandOverConnections() {
            super(H2ContractTest::inMemory, "org.h2.jdbc.JdbcConnection", "java.sql.Connection");
        }
    }

    @Nested
    class Statements extends StatementsContract {
        Statements() {
            super(H2ContractTest::inMemory, new Costs(2, 2, 3, 3, 2, 3, 1));
        }

        /** A rollback of H2's may take back what a neighbour has written to the same row since. */
        @Test
        void knownIdIsNoReasonToRollBack() {
            Joiner<String, String> collecting = collecting();
            collecting.accept("k:1");
            observed.failNextRollback();

            assertThat(collecting.accept("k:1")).isInstanceOf(Outcome.Duplicate.class);
            assertThat(collecting().accept("k:1")).isInstanceOf(Outcome.Duplicate.class);
            assertThat(observed.hasFaultsLeft()).as("no rollback has failed").isTrue();
        }

        /** As above; what is behind the lock is undone, and the lock is committed. */
        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void transactionThatIsUndoneDoesNotRollBackItsRow(boolean isNew) {
            JoinSpec<String, String, String, String> spec = JoinSpec.joining(String.class)
                    .keyedBy(message -> "k")
                    .<String>mergedBy((message, pending) -> pending == null ? message : pending + message)
                    .sufficientWhen(word -> word.endsWith("!"))
                    .<String>process((word, handOver) -> {
                        throw new IllegalStateException("refused");
                    })
                    .build();
            Joiner<String, String> joiner = store().transactional(spec);
            if (!isNew) {
                joiner.accept("a");
            }
            Versioned<String> before = store().find("k");

            assertThatExceptionOfType(UndoneException.class).isThrownBy(() -> joiner.accept("!"));

            Versioned<String> after = store().find("k");
            assertThat(store().size()).isEqualTo(isNew ? 0 : 1);
            if (before == null || after == null) {
                assertThat(after).isEqualTo(before);
            } else {
                assertThat(after.state()).isEqualTo(before.state());
                assertThat(after.version()).as("that of the lock").isNotEqualTo(before.version());
            }
        }
    }

    @Nested
    class StoredValues extends StoredValuesContract {
        StoredValues() {
            super(H2ContractTest::inMemory, "TRIM('\"' FROM CAST((join_value FORMAT JSON).\"total\" AS VARCHAR))");
        }
    }

    @Nested
    class Locks extends LockContract {
        Locks() {
            super(pool -> {
                inMemory(pool);
                pool.setJdbcUrl(pool.getJdbcUrl() + ";LOCK_TIMEOUT=1000");
            });
        }

        @Override
        boolean batchGoesOnAfterAFailure() {
            return true;
        }
    }

    @Nested
    class Tables extends TableDefinitionContract {
        Tables() {
            super(
                    H2ContractTest::inMemory,
                    JdbcDialect.H2,
                    "VARBINARY(10000)",
                    ValueTooLargeException.class,
                    "VARCHAR_IGNORECASE(500) NOT NULL");
        }
    }
}

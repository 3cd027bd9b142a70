package dev.joiner.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.joiner.JoinerException;
import dev.joiner.Outcome;
import dev.joiner.PendingJoin;
import dev.joiner.ProcessingException;
import dev.joiner.StoreException;
import dev.joiner.SweepReport;
import jakarta.persistence.EntityManager;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.UnexpectedRollbackException;

/** The same by JPA, which writes later than it is told to, and keeps what it has read. */
abstract class JpaTransactionContract extends TransactionContract {

    @Configuration(proxyBeanMethods = false)
    @AutoConfigurationPackage
    static class ByRepository {
        @Bean
        Entries entries(LedgerEntries repository) {
            return entry -> repository.save(new LedgerEntry(entry));
        }
    }

    @Override
    List<Class<?>> writing() {
        return List.of(
                ByRepository.class, HibernateJpaAutoConfiguration.class, DataJpaRepositoriesAutoConfiguration.class);
    }

    private static void persist(Running application, String entry) {
        application.context().getBean(EntityManager.class).persist(new LedgerEntry(entry));
    }

    private static String tooLong() {
        return "x".repeat(200);
    }

    @Test
    void entityManagerTakesPart() {
        transactional(application -> {
            application.processBy(order -> persist(application, "paid"));

            application.joiner().accept(Order.whole(Order.ID));

            assertThat(application.ledger().entries()).containsExactly("paid");
        });
    }

    @Test
    void whatTheDatabaseRefusesFailsTheHandler() {
        transactional(application -> {
            application.processBy(order -> persist(application, tooLong()));

            assertThatExceptionOfType(ProcessingException.class)
                    .isThrownBy(() -> application.joiner().accept(Order.whole(Order.ID)))
                    .matches(failure -> !failure.isSafe());

            assertThat(application.states()).isEmpty();
        });
    }

    @Test
    void whatTheDatabaseRefusesInAReleaseIsCounted() {
        transactional(application -> {
            application.joiner().accept(Order.paid(Order.ID));
            application.processBy(order -> {
                persist(application, "first");
                persist(application, tooLong());
            });

            assertThat(application.joiner().release(Order.ID)).singleElement().isInstanceOf(Outcome.Failed.class);

            assertThat(application.ledger().entries()).isEmpty();
            assertThat(application.states()).containsExactly(PendingJoin.Status.FAILED);
        });
    }

    @Test
    void entitiesOfAReleaseThatFailsAreForgotten() {
        transactional(application -> {
            application.joiner().accept(Order.paid(Order.ID));
            application.processBy(order -> {
                persist(application, "first");
                throw new IllegalStateException("refused");
            });

            assertThat(application.joiner().release(Order.ID)).singleElement().isInstanceOf(Outcome.Failed.class);

            assertThat(application.ledger().entries()).isEmpty();
            assertThat(application.joiner().find(Order.ID)).singleElement().satisfies(join -> {
                assertThat(join.attempts()).isEqualTo(1);
                assertThat(join.lastError()).get().asString().contains("refused");
            });
        });
    }

    /** Two joins are under one key, and due in one sweep; the handler of the first spoils the transaction for the second. */
    @Test
    void joinsOfOneKeyThatFailAreTriedOneByOne() {
        transactional(application -> {
            application.processBy(order -> {
                throw new IllegalStateException("refused");
            });
            application.joiner().accept(Order.paid(Order.ID));
            application.joiner().release(Order.ID);
            application.joiner().accept(Order.sent(Order.ID));
            application.joiner().release(Order.ID);
            assertThat(application.states()).hasSize(2);
            application.processBy(order -> {
                if (order.paidBy() != null) {
                    application.ledger().enterAndFail("paid");
                }
                application.ledger().enter("sent");
            });

            SweepReport report = application.joiner().sweep();
            while (report.joined() == 0) {
                report = application.joiner().sweep();
            }

            assertThat(application.ledger().entries()).containsExactly("sent");
        });
    }

    /** JPA does not take back what it has to write, and the caller here is another handler. */
    @Test
    void joinerInAHandlerThatFailsUndoesThatToo() {
        run(List.of("joiner.store.callers-transaction=take-part", "joiner.store.transactional=true"), application -> {
            application.handling().remindBy(reminder -> {
                persist(application, "ghost");
                throw new IllegalStateException("refused");
            });
            application.processBy(order -> {
                persist(application, "outer");
                assertThatExceptionOfType(ProcessingException.class)
                        .isThrownBy(() -> application.reminders().accept("x"))
                        .withMessageContaining("the message is not stored");
            });

            assertThatExceptionOfType(JoinerException.class)
                    .isThrownBy(() -> application.joiner().accept(Order.whole(Order.ID)))
                    .withMessageContaining("rollback-only")
                    .matches(failure -> !failure.isSafe());

            assertThat(application.ledger().entries()).isEmpty();
            assertThat(application.states()).isEmpty();
        });
    }

    @Test
    void handlerThatThrowsUndoesTheCallersTransaction() {
        run(List.of("joiner.store.callers-transaction=take-part", "joiner.store.transactional=true"), application -> {
            application.processBy(order -> {
                persist(application, "paid");
                throw new IllegalStateException("refused");
            });

            assertThatExceptionOfType(UnexpectedRollbackException.class)
                    .isThrownBy(() -> application.transactions().executeWithoutResult(status -> {
                        application.ledger().enter("received");
                        assertThatThrownBy(() -> application.joiner().accept(Order.whole(Order.ID)))
                                .hasRootCauseMessage("refused");
                    }));

            assertThat(application.ledger().entries()).isEmpty();
            assertThat(application.states()).isEmpty();
        });
    }

    @Test
    void refusalAtTheCommitIsNotSafe() {
        transactional(application -> {
            application.handling().lateBy(reminder -> persist(application, tooLong()));
            application.reminders().accept("pay");

            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> application.reminders().accept("pay"))
                    .matches(failure -> !failure.isSafe());
        });
    }
}

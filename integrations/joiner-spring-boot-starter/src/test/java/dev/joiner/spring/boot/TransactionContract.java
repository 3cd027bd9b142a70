package dev.joiner.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.joiner.JoinSpec;
import dev.joiner.JoinerException;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.PendingJoin;
import dev.joiner.ProcessingException;
import dev.joiner.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What is written by Spring's transactions in {@code process}, and around {@code accept}. */
@Timeout(120)
abstract class TransactionContract {
    private final List<String> events = new ArrayList<>();

    abstract String url();

    abstract String user();

    /** Writes as the application does. */
    @FunctionalInterface
    interface Entries {
        void add(String entry);
    }

    /** The application's configuration of {@link Entries}. */
    List<Class<?>> writing() {
        return List.of(ByJdbcTemplate.class);
    }

    @Configuration(proxyBeanMethods = false)
    static class ByJdbcTemplate {
        @Bean
        Entries entries(JdbcTemplate jdbc) {
            return entry -> jdbc.update(
                    "INSERT INTO ledger VALUES (?, ?)", UUID.randomUUID().toString(), entry);
        }
    }

    /** A service as applications have it. */
    static class Ledger {
        private final Entries entries;
        private final JdbcTemplate jdbc;

        Ledger(Entries entries, JdbcTemplate jdbc) {
            this.entries = entries;
            this.jdbc = jdbc;
        }

        void write(String entry) {
            entries.add(entry);
        }

        @Transactional
        public void enter(String entry) {
            write(entry);
        }

        @Transactional
        public void enterAndFail(String entry) {
            write(entry);
            throw new IllegalStateException("refused");
        }

        @Transactional(propagation = Propagation.REQUIRES_NEW)
        public void enterApart(String entry) {
            write(entry);
        }

        void rewrite(String entry, String to) {
            jdbc.update("UPDATE ledger SET entry = ? WHERE entry = ?", to, entry);
        }

        @Transactional(propagation = Propagation.REQUIRES_NEW)
        public void rewriteApart(String entry, String to) {
            rewrite(entry, to);
        }

        List<String> entries() {
            return jdbc.queryForList("SELECT entry FROM ledger ORDER BY entry", String.class);
        }
    }

    /** What {@code process} does. */
    static class Handling {
        private Consumer<Order> handler = order -> {};
        private Consumer<String> onReminder = reminder -> {};
        private Consumer<String> onLate = reminder -> {};

        void remindBy(Consumer<String> handler) {
            onReminder = handler;
        }

        void lateBy(Consumer<String> handler) {
            onLate = handler;
        }
    }

    @Configuration
    static class Shop {
        @Bean
        JoinSpec<Order, UUID, Order, Order> orders(Handling handling) {
            return Order.joining()
                    .sufficientWhen(Order::isWhole)
                    .named("orders")
                    .retry(5, Duration.ofMillis(1))
                    .parkPoisoned()
                    .process(order -> {
                        handling.handler.accept(order);
                        return order;
                    })
                    .build();
        }

        @Bean
        JoinSpec<String, String, String, String> reminders(Handling handling) {
            return JoinSpec.joining(String.class)
                    .keyedBy(reminder -> reminder)
                    .<String>mergedBy((reminder, pending) -> reminder)
                    .sufficientWhen(reminder -> true)
                    .named("reminders")
                    .rememberFor(Duration.ofHours(1))
                    .onLate(reminder -> handling.onLate.accept(reminder))
                    .process(reminder -> {
                        handling.onReminder.accept(reminder);
                        return reminder;
                    })
                    .build();
        }

        @Bean
        Handling handling() {
            return new Handling();
        }

        @Bean
        Ledger ledger(Entries entries, JdbcTemplate jdbc) {
            return new Ledger(entries, jdbc);
        }
    }

    /** The running application, as a test uses it. */
    record Running(
            ApplicationContext context,
            KeyedJoiner<Order, UUID, Order, Order> joiner,
            KeyedJoiner<String, String, String, String> reminders,
            Handling handling,
            Ledger ledger,
            TransactionTemplate transactions) {

        void processBy(Consumer<Order> handler) {
            handling.handler = handler;
        }

        List<PendingJoin.Status> states() {
            return joiner.find(Order.ID).stream().map(PendingJoin::status).toList();
        }
    }

    interface Work {
        void in(Running application) throws Exception;
    }

    @SuppressWarnings("unchecked")
    void run(List<String> properties, Work work) {
        Contexts.starter()
                .withConfiguration(AutoConfigurations.of(
                        DataSourceAutoConfiguration.class,
                        DataSourceTransactionManagerAutoConfiguration.class,
                        JdbcTemplateAutoConfiguration.class,
                        TransactionAutoConfiguration.class))
                .withConfiguration(AutoConfigurations.of(writing().toArray(Class<?>[]::new)))
                .withUserConfiguration(Shop.class)
                .withPropertyValues(
                        "spring.datasource.url=" + url(),
                        "spring.datasource.username=" + user(),
                        "spring.datasource.hikari.maximum-pool-size=4",
                        "spring.jpa.hibernate.ddl-auto=none",
                        "joiner.sweep.enabled=false")
                .withPropertyValues(properties.toArray(String[]::new))
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
                    TransactionTemplate transactions =
                            new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
                    transactions.executeWithoutResult(status -> {
                        jdbc.execute("CREATE TABLE IF NOT EXISTS ledger (id VARCHAR(36), entry VARCHAR(100))");
                        jdbc.execute("DELETE FROM ledger");
                        jdbc.execute("DELETE FROM joiner_joins");
                    });
                    work.in(new Running(
                            context,
                            context.getBean("ordersJoiner", KeyedJoiner.class),
                            context.getBean("remindersJoiner", KeyedJoiner.class),
                            context.getBean(Handling.class),
                            context.getBean(Ledger.class),
                            transactions));
                    assertThat(context.getBean(HikariDataSource.class)
                                    .getHikariPoolMXBean()
                                    .getActiveConnections())
                            .as("connections that were not given back")
                            .isZero();
                });
    }

    void transactional(Work work) {
        run(List.of("joiner.store.transactional=true"), work);
    }

    private void register(Runnable afterCommit) {
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                afterCommit.run();
            }

            @Override
            public void afterCompletion(int status) {
                events.add(status == STATUS_COMMITTED ? "committed" : "rolled back");
            }
        });
    }

    @Test
    void serviceIsCommittedWithTheJoin() {
        transactional(application -> {
            application.processBy(order -> application.ledger.enter("paid"));

            assertThat(application.joiner.accept(Order.whole(Order.ID)))
                    .isEqualTo(new Outcome.Joined<>(Order.whole(Order.ID), true));

            assertThat(application.ledger.entries()).containsExactly("paid");
            assertThat(application.states()).isEmpty();
        });
    }

    @Test
    void templatesTakePart() {
        transactional(application -> {
            application.processBy(order -> {
                application.ledger.write("by the service");
                application.transactions.executeWithoutResult(status -> {
                    assertThat(status.isNewTransaction()).isFalse();
                    application.ledger.write("by TransactionTemplate");
                });
                throw new IllegalStateException("refused");
            });

            assertThatExceptionOfType(ProcessingException.class)
                    .isThrownBy(() -> application.joiner.accept(Order.whole(Order.ID)))
                    .matches(failure -> !failure.isSafe());

            assertThat(application.ledger.entries()).isEmpty();
            assertThat(application.states()).isEmpty();
        });
    }

    @Test
    void serviceThatThrowsIsUndoneWithTheMessage() {
        transactional(application -> {
            application.joiner.accept(Order.paid(Order.ID));
            application.processBy(order -> {
                application.ledger.enter("first");
                application.ledger.enterAndFail("second");
            });

            assertThatExceptionOfType(ProcessingException.class)
                    .isThrownBy(() -> application.joiner.accept(Order.sent(Order.ID)))
                    .matches(failure -> !failure.isSafe());

            assertThat(application.ledger.entries()).isEmpty();
            assertThat(application.joiner.find(Order.ID))
                    .singleElement()
                    .satisfies(join -> assertThat(join.value()).contains(Order.paid(Order.ID)));
        });
    }

    @Test
    void rollbackOnlyThatIsSwallowedFailsTheJoin() {
        transactional(application -> {
            application.processBy(order -> {
                assertThatThrownBy(() -> application.ledger.enterAndFail("second"))
                        .hasMessage("refused");
                application.ledger.enter("third");
            });

            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> application.joiner.accept(Order.whole(Order.ID)))
                    .withMessageContaining("rollback-only")
                    .matches(failure -> !((JoinerException) failure).isSafe());

            assertThat(application.ledger.entries()).isEmpty();
            assertThat(application.states()).isEmpty();
        });
    }

    @Test
    void requiresNewIsCommittedApart() {
        transactional(application -> {
            application.processBy(order -> {
                application.ledger.enterApart("apart");
                application.ledger.enterAndFail("undone");
            });

            assertThatExceptionOfType(ProcessingException.class)
                    .isThrownBy(() -> application.joiner.accept(Order.whole(Order.ID)));

            assertThat(application.ledger.entries()).containsExactly("apart");
        });
    }

    @Test
    void thoseWhoWaitForTheCommitAreCalledAfterIt() {
        transactional(application -> {
            application.processBy(order -> {
                application.ledger.enter("paid");
                register(() -> events.add("after commit: " + application.states() + application.ledger.entries()));
                events.add("processed");
            });

            application.joiner.accept(Order.whole(Order.ID));

            assertThat(events).containsExactly("processed", "after commit: [][paid]", "committed");
        });
    }

    @Test
    void thoseWhoWaitForTheCommitHearOfARollback() {
        transactional(application -> {
            application.processBy(order -> {
                register(() -> events.add("after commit"));
                application.ledger.enterAndFail("paid");
            });

            assertThatExceptionOfType(ProcessingException.class)
                    .isThrownBy(() -> application.joiner.accept(Order.whole(Order.ID)));

            assertThat(events).containsExactly("rolled back");
        });
    }

    @Test
    void thoseWhoWaitForTheCommitHearOfAReleaseThatFails() {
        transactional(application -> {
            application.joiner.accept(Order.paid(Order.ID));
            application.processBy(order -> {
                register(() -> events.add("after commit"));
                throw new IllegalStateException("refused");
            });

            application.joiner.release(Order.ID);

            assertThat(events).containsExactly("rolled back");
            assertThat(application.states()).containsExactly(PendingJoin.Status.FAILED);
        });
    }

    /** Whatever becomes of the other joins of the key, in the same transaction. */
    @Test
    void thoseWhoWaitForTheCommitHearThatTheirHandlerIsUndone() {
        transactional(application -> {
            application.joiner.accept(Order.paid(Order.ID));
            application.processBy(order -> {
                throw new IllegalStateException("refused");
            });
            application.joiner.release(Order.ID);
            application.joiner.accept(Order.paid(Order.ID));
            AtomicInteger calls = new AtomicInteger();
            application.processBy(order -> {
                int call = calls.incrementAndGet();
                register(() -> events.add("after commit of " + call));
                if (call == 1) {
                    throw new IllegalStateException("refused");
                }
                application.ledger.enter("released");
            });

            application.joiner.release(Order.ID);

            assertThat(events).contains("rolled back", "after commit of 2").doesNotContain("after commit of 1");
            assertThat(application.ledger.entries()).containsExactly("released");
            assertThat(application.states()).containsExactly(PendingJoin.Status.FAILED);
        });
    }

    private static void afterCompletion(Runnable work) {
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCompletion(int status) {
                work.run();
            }
        });
    }

    @Test
    void thoseWhoHearThatTheirHandlerIsUndoneMayChangeWhatThatHadLocked() {
        transactional(application -> {
            application.ledger.enter("initial");
            application.processBy(order -> {
                application.ledger.rewrite("initial", "processing");
                afterCompletion(() -> application.ledger.rewriteApart("initial", "failed"));
                throw new IllegalStateException("refused");
            });

            assertThatThrownBy(() -> application.joiner.accept(Order.whole(Order.ID)))
                    .isInstanceOf(ProcessingException.class);
            assertThat(application.ledger.entries()).containsExactly("failed");

            application.ledger.rewriteApart("failed", "initial");
            application.joiner.accept(Order.paid(Order.ID));
            application.joiner.release(Order.ID);
            assertThat(application.ledger.entries()).containsExactly("failed");
            assertThat(application.states()).containsExactly(PendingJoin.Status.FAILED);
        });
    }

    @Test
    void callbackThatThrowsAfterTheCommitUndoesNothing() {
        transactional(application -> {
            application.processBy(order -> {
                application.ledger.enter("paid");
                register(() -> {
                    throw new IllegalStateException("no mail");
                });
            });

            assertThat(application.joiner.accept(Order.whole(Order.ID)))
                    .isEqualTo(new Outcome.Joined<>(Order.whole(Order.ID), true));

            assertThat(application.ledger.entries()).containsExactly("paid");
            assertThat(events).containsExactly("committed");
        });
    }

    @Test
    void releaseThatFailsIsCountedAndUndone() {
        transactional(application -> {
            application.joiner.accept(Order.paid(Order.ID));
            application.processBy(order -> {
                application.ledger.enter("first");
                application.ledger.enterAndFail("second");
            });

            assertThat(application.joiner.release(Order.ID)).singleElement().isInstanceOf(Outcome.Failed.class);

            assertThat(application.ledger.entries()).isEmpty();
            assertThat(application.joiner.find(Order.ID)).singleElement().satisfies(join -> {
                assertThat(join.status()).isEqualTo(PendingJoin.Status.FAILED);
                assertThat(join.attempts()).isEqualTo(1);
            });
        });
    }

    @Test
    void rollbackOnlyInAReleaseIsCounted() {
        transactional(application -> {
            application.joiner.accept(Order.paid(Order.ID));
            application.processBy(order -> assertThatThrownBy(() -> application.ledger.enterAndFail("second"))
                    .hasMessage("refused"));

            try {
                application.joiner.release(Order.ID);
            } catch (StoreException e) {
                assertThat(e).hasMessageContaining("rollback-only");
            }

            assertThat(application.ledger.entries()).isEmpty();
            assertThat(application.joiner.find(Order.ID)).singleElement().satisfies(join -> {
                assertThat(join.status()).isEqualTo(PendingJoin.Status.FAILED);
                assertThat(join.attempts()).isEqualTo(1);
            });
        });
    }

    @Test
    void sweepGoesOnAfterAHandlerThatFailed() {
        transactional(application -> {
            application.joiner.accept(Order.paid(Order.ID));
            application.processBy(order -> application.ledger.enterAndFail("first"));
            application.joiner.release(Order.ID);
            application.processBy(order -> application.ledger.enter("second"));

            while (!application.states().isEmpty()) {
                application.joiner.sweep();
            }

            assertThat(application.ledger.entries()).containsExactly("second");
        });
    }

    @Test
    void whatOnLateWritesIsCommitted() {
        transactional(application -> {
            application.handling.onLate = application.ledger::enter;
            application.reminders.accept("pay");

            assertThat(application.reminders.accept("pay")).isInstanceOf(Outcome.Late.class);

            assertThat(application.ledger.entries()).containsExactly("pay");
        });
    }

    @Test
    void handlerIsInNoTransactionUnlessItIsAskedFor() {
        run(List.of(), application -> {
            application.processBy(
                    order -> events.add("active: " + TransactionSynchronizationManager.isActualTransactionActive()));

            application.joiner.accept(Order.whole(Order.ID));

            assertThat(events).containsExactly("active: false");
        });
    }

    @Nested
    class InATransactionOfTheCallers {

        private void acceptAndFail(Running application, Order... orders) {
            assertThatThrownBy(() -> application.transactions.executeWithoutResult(status -> {
                        application.ledger.write("received");
                        for (Order order : orders) {
                            application.joiner.accept(order);
                        }
                        throw new IllegalStateException("undo");
                    }))
                    .hasMessage("undo");
        }

        @Test
        void joinerIsIndependent() {
            run(List.of(), application -> {
                acceptAndFail(application, Order.paid(Order.ID));

                assertThat(application.ledger.entries()).isEmpty();
                assertThat(application.states()).containsExactly(PendingJoin.Status.WAITING);
            });
        }

        @Test
        void transactionalJoinerIsIndependent() {
            transactional(application -> {
                application.processBy(order -> application.ledger.enter("paid"));
                acceptAndFail(application, Order.paid(Order.ID), Order.sent(Order.ID));

                assertThat(application.ledger.entries()).containsExactly("paid");
                assertThat(application.states()).isEmpty();
            });
        }

        @Test
        void joinerTakesPartByAProperty() {
            run(List.of("joiner.store.callers-transaction=take-part"), application -> {
                acceptAndFail(application, Order.paid(Order.ID));
                assertThat(application.states()).isEmpty();

                application.transactions.executeWithoutResult(status -> {
                    application.ledger.write("received");
                    application.joiner.accept(Order.paid(Order.ID));
                });
                assertThat(application.ledger.entries()).containsExactly("received");
                assertThat(application.states()).containsExactly(PendingJoin.Status.WAITING);
            });
        }

        @ParameterizedTest
        @CsvSource({"false, false", "false, true", "true, false", "true, true"})
        void joinerTakesNoPartInWhatIsCommittedAlready(boolean isTransactional, boolean autoCommit) {
            List<String> properties = List.of(
                    "joiner.store.callers-transaction=take-part",
                    "joiner.store.transactional=" + isTransactional,
                    "spring.datasource.hikari.auto-commit=" + autoCommit);
            run(properties, application -> {
                application.transactions.executeWithoutResult(
                        status -> register(() -> application.joiner.accept(Order.paid(Order.ID))));
                assertThat(application.states()).containsExactly(PendingJoin.Status.WAITING);

                application.processBy(order -> application.ledger.enterApart("joined"));
                application.transactions.executeWithoutResult(
                        status -> afterCompletion(() -> application.joiner.accept(Order.sent(Order.ID))));
                assertThat(application.states()).isEmpty();
                assertThat(application.ledger.entries()).containsExactly("joined");

                acceptAndFail(application, Order.paid(Order.ID));
                assertThat(application.states()).as("and goes on taking part").isEmpty();
            });
        }

        @ParameterizedTest
        @ValueSource(booleans = {false, true})
        void joinerTakesNoPartInATransactionThatIsReadOnly(boolean isTransactional) {
            List<String> properties = List.of(
                    "joiner.store.callers-transaction=take-part", "joiner.store.transactional=" + isTransactional);
            run(properties, application -> {
                application.transactions.setReadOnly(true);

                assertThatThrownBy(() -> application.transactions.executeWithoutResult(
                                status -> application.joiner.accept(Order.paid(Order.ID))))
                        .isInstanceOf(StoreException.class)
                        .hasMessageContaining("read-only");
            });
        }

        @Test
        void transactionalJoinerTakesPartByAProperty() {
            run(
                    List.of("joiner.store.callers-transaction=take-part", "joiner.store.transactional=true"),
                    application -> {
                        application.processBy(order -> application.ledger.enter("paid"));
                        acceptAndFail(application, Order.whole(Order.ID));
                        assertThat(application.ledger.entries()).isEmpty();

                        application.transactions.executeWithoutResult(status -> {
                            application.ledger.write("received");
                            application.joiner.accept(Order.whole(Order.ID));
                        });
                        assertThat(application.ledger.entries()).containsExactly("paid", "received");

                        application.joiner.accept(Order.whole(Order.ID));
                        assertThat(application.ledger.entries()).containsExactly("paid", "paid", "received");
                    });
        }
    }

    @Test
    void poolWithoutAutoCommitIsLeftAsItIs() {
        run(List.of("joiner.store.transactional=true", "spring.datasource.hikari.auto-commit=false"), application -> {
            application.processBy(order -> application.ledger.enter("paid"));

            application.joiner.accept(Order.whole(Order.ID));
            application.joiner.accept(Order.paid(Order.ID));

            assertThat(application.states()).containsExactly(PendingJoin.Status.WAITING);
            assertThat(application.ledger.entries()).containsExactly("paid");

            application.processBy(order -> assertThatThrownBy(() -> application.ledger.enterAndFail("second"))
                    .hasMessage("refused"));
            try {
                application.joiner.release(Order.ID);
            } catch (StoreException e) {
                assertThat(e).hasMessageContaining("rollback-only");
            }
            assertThat(application.states())
                    .as("counted in a transaction of its own")
                    .containsExactly(PendingJoin.Status.FAILED);
        });
    }
}

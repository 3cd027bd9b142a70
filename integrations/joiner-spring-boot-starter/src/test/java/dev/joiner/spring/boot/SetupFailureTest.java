package dev.joiner.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.merge.Part;
import dev.joiner.merge.Parts;
import dev.joiner.merge.PartsMerge;
import dev.joiner.spring.boot.JoinerAutoConfigurationTest.RecordingFactory;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.h2.jdbcx.JdbcDataSource;
import org.hibernate.jpa.HibernatePersistenceProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.ArgumentResolver;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.transaction.PlatformTransactionManager;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;

/** What an application that does not start is told. */
class SetupFailureTest {

    /** Those that the starter registers, and Boot's own for properties. */
    private static boolean isAsked(FailureAnalyzer analyzer) {
        return analyzer.getClass().getPackageName().equals("dev.joiner.spring.boot")
                || analyzer.getClass().getSimpleName().equals("BindFailureAnalyzer");
    }

    /** What the analyzers say of why an application did not start. */
    private static FailureAnalysis failure(ApplicationContextRunner application) {
        FailureAnalysis[] analysis = new FailureAnalysis[1];
        BeanFactory[] beans = new BeanFactory[1];
        application
                .withInitializer(context -> beans[0] = context.getBeanFactory())
                .run(context -> {
                    Throwable failure =
                            Objects.requireNonNull(context.getStartupFailure(), "the application has started");
                    analysis[0] = SpringFactoriesLoader.forDefaultResourceLocation()
                            .load(
                                    FailureAnalyzer.class,
                                    ArgumentResolver.of(BeanFactory.class, beans[0]),
                                    (type, name, failing) -> {}) // some of Boot's need what is not here
                            .stream()
                            .filter(SetupFailureTest::isAsked)
                            .map(analyzer -> analyzer.analyze(failure))
                            .filter(Objects::nonNull)
                            .findFirst()
                            .orElseThrow(() -> new AssertionError("not analyzed", failure));
                });
        return analysis[0];
    }

    private static void assertFails(ApplicationContextRunner application, String description, String action) {
        FailureAnalysis failure = failure(application);
        assertThat(failure.getDescription()).contains(description);
        assertThat(failure.getAction()).contains(action);
    }

    private static ApplicationContextRunner unstored() {
        return Contexts.starter().withUserConfiguration(Contexts.Orders.class);
    }

    private static JdbcDataSource h2(String name) {
        JdbcDataSource dataSource = new JdbcDataSource();
        dataSource.setURL("jdbc:h2:mem:" + name);
        return dataSource;
    }

    @Test
    void nothingSaysWhereJoinsAreStored() {
        assertFails(unstored(), "nothing says where joins are stored", "Set joiner.store.url");
    }

    @ParameterizedTest
    @CsvSource({
        "joiner.sweep.threads=0, 'joiner.sweep.threads is 0, must be from 1 to 256'",
        "joiner.sweep.threads=257, 'joiner.sweep.threads is 257, must be from 1 to 256'",
        "joiner.sweep.interval=0s, 'joiner.sweep.interval is PT0S, must be positive'",
        "joiner.metrics.count-interval=0s, 'joiner.metrics.count-interval is PT0S, must be positive'",
        "joiner.health.max-sweep-age=-1s, 'joiner.health.max-sweep-age is PT-1S, must be positive'",
        "joiner.health.max-pending-age=0s, 'joiner.health.max-pending-age is PT0S, must be positive'",
        "joiner.close-within=-1s, 'joiner.close-within is PT-1S, must not be negative'"
    })
    void propertyMakesNoSense(String property, String problem) {
        assertFails(Contexts.orders().withPropertyValues(property), problem, "Update your application's configuration");
    }

    @Test
    void severalConnectionsCouldBeUsed() {
        ApplicationContextRunner both = unstored()
                .withBean("h2", JdbcDataSource.class, () -> h2("both"))
                .withBean("jedis", UnifiedJedis.class, () -> RedisClient.create("localhost", 1));

        assertFails(both, "data-source and jedis", "Set joiner.store.use");
    }

    @Test
    void connectionThatIsToBeUsedIsMissing() {
        assertFails(
                unstored()
                        .withBean("h2", JdbcDataSource.class, () -> h2("missing"))
                        .withPropertyValues("joiner.store.use=jedis"),
                "joiner.store.use is jedis, and there is none to use",
                "joiner-store-redis");
    }

    @Test
    void urlAndConnectionAreBothSet() {
        assertFails(
                Contexts.orders().withPropertyValues("joiner.store.use=data-source"),
                "joiner.store.url and joiner.store.use are both set",
                "Remove one of the two");
    }

    @Test
    void urlHasAnUnknownScheme() {
        assertFails(
                unstored().withPropertyValues("joiner.store.url=mongodb://localhost"),
                "joiner.store.url: no store for mongodb",
                "Add the artifact");
    }

    @Test
    void urlMakesNoSense() {
        assertFails(
                unstored().withPropertyValues("joiner.store.url=memory:?maximumSize=some"),
                "joiner.store.url: ",
                "Correct joiner.store.url");
    }

    @Test
    void serverIsAway() {
        assertFails(
                unstored().withBean("away", JdbcDataSource.class, () -> {
                    JdbcDataSource away = new JdbcDataSource();
                    away.setURL("jdbc:h2:tcp://localhost:1/away");
                    return away;
                }),
                "join orders: its store could not be opened on the application's DataSource",
                "server is reachable");
    }

    @Test
    void tableIsMissing() {
        assertFails(
                unstored()
                        .withBean("h2", JdbcDataSource.class, () -> h2("table"))
                        .withPropertyValues("joiner.store.create-table=false"),
                "join orders: its store could not be opened",
                "joiner.store.create-table is true");
    }

    @Test
    void tableIsNoIdentifier() {
        assertFails(
                unstored()
                        .withBean("h2", JdbcDataSource.class, () -> h2("identifier"))
                        .withPropertyValues("joiner.store.table=a b"),
                "joiner.store.table: ",
                "Name a table");
    }

    @Test
    void transactionsNeedTheDataSource() {
        assertFails(
                Contexts.orders().withPropertyValues("joiner.store.transactional=true"),
                "joiner.store.transactional needs the application's DataSource",
                "Remove joiner.store.url");
    }

    @Test
    void transactionsNeedAManager() {
        assertFails(
                unstored()
                        .withBean("h2", JdbcDataSource.class, () -> h2("manager"))
                        .withPropertyValues("joiner.store.transactional=true"),
                "joiner.store.transactional needs a transaction manager",
                "Define one");
    }

    private static void assertRefused(Supplier<PlatformTransactionManager> manager) {
        assertFails(
                unstored()
                        .withBean("h2", JdbcDataSource.class, () -> h2("other"))
                        .withBean(PlatformTransactionManager.class, manager)
                        .withPropertyValues("joiner.store.transactional=true"),
                "joiner.store.transactional needs transactions on the DataSource that joins are stored on",
                "HibernateJpaDialect");
    }

    @Test
    void transactionsAreOfAnotherDataSource() {
        assertRefused(() -> new DataSourceTransactionManager(h2("manager")));
    }

    /** Without a dialect Spring does not know JPA's connection. */
    @Test
    void transactionsHideTheirConnection() {
        JdbcDataSource dataSource = h2("hidden");
        LocalContainerEntityManagerFactoryBean factory = new LocalContainerEntityManagerFactoryBean();
        factory.setDataSource(dataSource);
        factory.setPackagesToScan("dev.joiner.spring.boot");
        factory.setPersistenceProviderClass(HibernatePersistenceProvider.class);
        factory.afterPropertiesSet();
        try {
            assertRefused(() -> new JpaTransactionManager(Objects.requireNonNull(factory.getObject())));
        } finally {
            factory.destroy();
        }
    }

    @Test
    void namespaceIsNotValid() {
        assertFails(
                Contexts.orders().withPropertyValues("joiner.namespace=" + "x".repeat(100)),
                "join orders: namespace",
                "Change joiner.namespace");
    }

    @Configuration(proxyBeanMethods = false)
    static class SameName {
        @Bean
        JoinSpec<Order, UUID, Order, Order> again() {
            return Order.joining()
                    .sufficientWhen(Order::isWhole)
                    .named("orders")
                    .build();
        }
    }

    @Test
    void twoSpecsHaveOneName() {
        assertFails(
                Contexts.orders().withUserConfiguration(SameName.class), "two specs are named orders", "another name");
    }

    @Configuration(proxyBeanMethods = false)
    static class Unreceived {
        @Bean
        JoinSpec<Order, UUID, Order, Order> unreceived() {
            return Order.joining()
                    .sufficientWhen(Order::isWhole)
                    .expireAfter(Duration.ofHours(1))
                    .build();
        }
    }

    @Test
    void specCannotBeBuilt() {
        assertFails(
                Contexts.orders().withUserConfiguration(Unreceived.class),
                "bean unreceived is a JoinSpec that cannot be built: expireAfter needs onExpired or joinOnExpiry",
                "Change the options of the spec");
    }

    @Configuration(proxyBeanMethods = false)
    static class Untyped {
        @Bean
        JoinSpec<?, ?, ?, ?> untyped() {
            return Order.joining().sufficientWhen(Order::isWhole).build();
        }
    }

    @Test
    void typesOfASpecAreNotKnown() {
        assertFails(
                Contexts.orders().withUserConfiguration(Untyped.class),
                "bean untyped is a JoinSpec whose types are not known",
                "without wildcards");
    }

    @Configuration(proxyBeanMethods = false)
    static class KeyWithoutCodec {
        @Bean
        JoinSpec<Order, Thread.State, Order, Order> states() {
            return JoinSpec.joining(Order.class)
                    .keyedBy(order -> Thread.State.NEW)
                    .mergedBy(Order::merge)
                    .sufficientWhen(Order::isWhole)
                    .build();
        }
    }

    @Test
    void keyHasNoCodec() {
        assertFails(
                Contexts.orders().withUserConfiguration(KeyWithoutCodec.class),
                "join Order: there is no codec for keys of type java.lang.Thread$State",
                "Define a bean of type KeyCodec<State>");
    }

    record OptionalKey(Optional<String> text) {}

    @Configuration(proxyBeanMethods = false)
    static class RecordWithoutCodec {
        @Bean
        JoinSpec<Order, OptionalKey, Order, Order> states() {
            return JoinSpec.joining(Order.class)
                    .keyedBy(order -> new OptionalKey(Optional.empty()))
                    .mergedBy(Order::merge)
                    .sufficientWhen(Order::isWhole)
                    .build();
        }
    }

    @Test
    void recordIsNoKey() {
        assertFails(
                Contexts.orders().withUserConfiguration(RecordWithoutCodec.class),
                "join Order: ",
                "Define a bean of type KeyCodec<OptionalKey>");
    }

    /** What Jackson does not know how to read. */
    public static final class Ambiguous {
        public void setIt(UUID it) {}

        public void setIt(Thread.State it) {}
    }

    @Configuration(proxyBeanMethods = false)
    static class ValueWithoutCodec {
        @Bean
        JoinSpec<Order, UUID, Ambiguous, Ambiguous> ambiguous() {
            return JoinSpec.joining(Order.class)
                    .keyedBy(Order::id)
                    .<Ambiguous>mergedBy((order, pending) -> new Ambiguous())
                    .sufficientWhen(value -> true)
                    .build();
        }
    }

    @Test
    void valueHasNoCodec() {
        assertFails(
                Contexts.orders().withUserConfiguration(ValueWithoutCodec.class),
                "join Order: values of type",
                "Define a bean of type Codec<Ambiguous>");
    }

    @Configuration(proxyBeanMethods = false)
    static class PartsWithoutMerge {
        @Bean
        JoinSpec<Order, UUID, Parts, Parts> parts() {
            PartsMerge merge = Parts.of(Part.of("order", Order.class, Order::id));
            return JoinSpec.joining(Order.class)
                    .keyedBy(Order::id)
                    .<Parts>mergedBy(merge::merge)
                    .sufficientWhen(value -> true)
                    .named("parts")
                    .build();
        }
    }

    @Test
    void partsNeedTheirMerge() {
        assertFails(
                Contexts.orders().withUserConfiguration(PartsWithoutMerge.class),
                "join parts: its values are Parts",
                "Begin the spec by Parts.of(...).keyedBy(...)");
    }

    @Configuration(proxyBeanMethods = false)
    static class Unnamed {
        @Bean
        JoinSpec<Object, UUID, Parts, Parts> parts() {
            return Parts.of(Part.of("order", Order.class, Order::id))
                    .keyedBy(UUID.class)
                    .build();
        }
    }

    @Test
    void specHasNoName() {
        assertFails(Contexts.orders().withUserConfiguration(Unnamed.class), "a spec has no name", "by named(...)");
    }

    @Test
    void storeThatEvictsNeedsAReceiver() {
        assertFails(
                unstored().withPropertyValues("joiner.store.url=caffeine:?maximumSize=10"),
                "join orders: ",
                "onExpired or joinOnExpiry");
    }

    static class Asking {
        Asking(Joiner<String, Order> joiner) {}
    }

    @Test
    void joinerOfOtherTypesIsAskedFor() {
        assertFails(
                Contexts.orders().withBean(Asking.class),
                "ordersJoiner of orders, which is a dev.joiner.JoinSpec<dev.joiner.spring.boot.Order, java.util.UUID",
                "with the types of a spec");
    }

    @Configuration(proxyBeanMethods = false)
    static class SecondOfTheSameTypes {
        @Bean
        JoinSpec<Order, UUID, Order, Order> refunds() {
            return Order.joining()
                    .sufficientWhen(Order::isWhole)
                    .named("refunds")
                    .build();
        }
    }

    static class AskingForOneOfTwo {
        AskingForOneOfTwo(Joiner<Order, Order> joiner) {}
    }

    @Test
    void severalJoinersAreOfTheTypeThatIsAskedFor() {
        assertFails(
                Contexts.orders()
                        .withUserConfiguration(SecondOfTheSameTypes.class)
                        .withBean(AskingForOneOfTwo.class),
                "there are 2: ordersJoiner, refundsJoiner.",
                "@Qualifier(\"ordersJoiner\")");
    }

    @Test
    void joinerIsAskedForWithoutASpec() {
        assertFails(
                Contexts.starter().withBean(Asking.class), "no bean is a JoinSpec", "Define a bean of type JoinSpec");
    }

    @Test
    void passwordsAreNotTold() {
        FailureAnalysis failure = failure(
                unstored().withPropertyValues("joiner.store.url=jdbc:h2:tcp://localhost:1/x;USER=sa;PASSWORD=secret"));

        assertThat(List.of(failure.getDescription(), failure.getAction()))
                .allSatisfy(text -> assertThat(text).doesNotContain("secret"));
    }

    @Test
    void factoryOfTheApplicationNeedsNoProperties() {
        unstored()
                .withBean(RecordingFactory.class)
                .run(context -> assertThat(context).hasNotFailed());
    }
}

package dev.joiner.spring.boot;

import dev.joiner.JoinSpec;
import java.util.UUID;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Applications with the auto-configurations that the starter's file names. */
final class Contexts {
    private Contexts() {}

    static ApplicationContextRunner starter() {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        ImportCandidates.load(AutoConfiguration.class, Contexts.class.getClassLoader())
                                .getCandidates()
                                .stream()
                                .filter(name -> name.startsWith("dev.joiner."))
                                .map(Contexts::type)
                                .toArray(Class<?>[]::new)))
                .withPropertyValues("joiner.sweep.interval=10ms");
    }

    /** The starter on a store in memory, with one spec. */
    static ApplicationContextRunner orders() {
        return starter().withUserConfiguration(Orders.class).withPropertyValues("joiner.store.url=memory:");
    }

    private static Class<?> type(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Orders {
        @Bean
        JoinSpec<Order, UUID, Order, Order> orders() {
            return Order.joining()
                    .sufficientWhen(Order::isWhole)
                    .named("orders")
                    .build();
        }
    }
}

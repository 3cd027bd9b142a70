package dev.joiner.spring.boot;

import java.time.Clock;
import java.time.InstantSource;
import java.util.Optional;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Shows in the application's health whether joins are looked after. */
@AutoConfiguration(after = JoinerAutoConfiguration.class)
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean(Joins.class)
final class JoinerHealthAutoConfiguration {

    /** Apart, as Spring looks for the classes of all conditions before it asks the first of them. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnEnabledHealthIndicator("joins")
    static class Indicator {

        @Bean
        HealthIndicator joinsHealthIndicator(
                Joins joins,
                ObjectProvider<JoinSweepers> sweepers,
                JoinerProperties properties,
                ObjectProvider<Clock> clocks) {
            Clock clock = clocks.getIfUnique();
            return new JoinHealthIndicator(
                    joins,
                    Optional.ofNullable(sweepers.getIfAvailable()),
                    properties,
                    clock == null ? InstantSource.system() : clock);
        }
    }
}

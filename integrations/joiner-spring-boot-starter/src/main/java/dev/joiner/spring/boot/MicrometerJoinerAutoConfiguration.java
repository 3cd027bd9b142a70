package dev.joiner.spring.boot;

import dev.joiner.JoinSpec;
import dev.joiner.micrometer.HandOverObservation;
import dev.joiner.micrometer.MicrometerListener;
import dev.joiner.micrometer.PendingMetrics;
import dev.joiner.micrometer.SweepMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.observation.ObservationRegistry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Measures and observes all joins, where the application measures and observes. */
@AutoConfiguration(
        before = JoinerAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
            "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration",
            "org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration",
            "org.springframework.boot.actuate.autoconfigure.observation.ObservationAutoConfiguration"
        })
@ConditionalOnClass({MicrometerListener.class, MeterRegistry.class})
@ConditionalOnBean(JoinSpec.class)
final class MicrometerJoinerAutoConfiguration {

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnBean(MeterRegistry.class)
    static class Metrics {

        @Bean
        JoinSpecCustomizer joinMetrics(MeterRegistry registry) {
            MicrometerListener listener = MicrometerListener.of(registry);
            return new JoinSpecCustomizer() {
                @Override
                public <M, K, V, R> JoinSpec<M, K, V, R> customize(JoinSpec<M, K, V, R> spec) {
                    return spec.withListener(listener.register(spec.name()));
                }
            };
        }

        @Bean
        SweepReceivers sweepMetrics(MeterRegistry registry) {
            return join -> SweepMetrics.of(join, registry);
        }

        @Bean
        MeterBinder pendingJoinMetrics(Joins joins, JoinerProperties properties) {
            return registry -> joins.all()
                    .forEach(join -> PendingMetrics.builder(join.name(), join.joiner())
                            .interval(properties.metrics().countInterval())
                            .build()
                            .bindTo(registry));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnBean(ObservationRegistry.class)
    static class Observations {

        @Bean
        JoinSpecCustomizer joinObservation(ObservationRegistry registry) {
            HandOverObservation observation = HandOverObservation.of(registry);
            return new JoinSpecCustomizer() {
                @Override
                public <M, K, V, R> JoinSpec<M, K, V, R> customize(JoinSpec<M, K, V, R> spec) {
                    return spec.withHandlerScope(observation);
                }
            };
        }
    }
}

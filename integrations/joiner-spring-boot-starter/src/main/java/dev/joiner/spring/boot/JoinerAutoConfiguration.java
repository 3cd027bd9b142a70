package dev.joiner.spring.boot;

import dev.joiner.JoinSpec;
import java.time.Clock;
import java.time.InstantSource;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * Makes a {@link dev.joiner.KeyedJoiner} of each {@link JoinSpec} bean, on the store that the properties {@code joiner.*} name, and
 * sweeps it while the application runs. The bean is named as that of the spec, with {@code Joiner} behind.
 *
 * <p>Time comes from the application's {@link Clock} if it has one as a bean.
 */
@AutoConfiguration(
        afterName = {
            "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
            "org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration",
            "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration",
            "org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration",
            "org.springframework.boot.autoconfigure.jdbc.DataSourceTransactionManagerAutoConfiguration",
            "org.springframework.boot.autoconfigure.orm.jpa.HibernateJpaAutoConfiguration"
        })
@ConditionalOnBean(JoinSpec.class)
@EnableConfigurationProperties(JoinerProperties.class)
public final class JoinerAutoConfiguration {

    @Bean
    static JoinerRegistrar joinerRegistrar() {
        return new JoinerRegistrar();
    }

    @Bean
    static LazyInitializationExcludeFilter joinersAreNotLazy() {
        return (name, definition, type) -> JoinerRegistrar.ASSEMBLY.equals(definition.getFactoryBeanName());
    }

    @Bean
    Joins joins() {
        return new Joins();
    }

    @Bean
    JoinCodecs joinCodecs(BeanFactory beans) {
        return new JoinCodecs(beans);
    }

    @Bean(JoinerRegistrar.ASSEMBLY)
    JoinerAssembly joinerAssembly(
            JoinerFactory factory,
            JoinCodecs codecs,
            Joins joins,
            ObjectProvider<JoinSpecCustomizer> customizers,
            JoinerProperties properties) {
        return new JoinerAssembly(
                factory, codecs, joins, customizers.orderedStream().toList(), properties);
    }

    @Bean
    @ConditionalOnMissingBean
    JoinerFactory joinerFactory(
            JoinerProperties properties, ObjectProvider<JoinerConnection> connections, ObjectProvider<Clock> clocks) {
        return JoinerConnection.chosen(properties.store(), connections.stream().toList(), clock(clocks));
    }

    @Bean
    @ConditionalOnProperty(name = "joiner.sweep.enabled", matchIfMissing = true)
    JoinSweepers joinSweepers(
            Joins joins,
            JoinerProperties properties,
            ObjectProvider<SweepReceivers> receivers,
            ObjectProvider<Clock> clocks) {
        return new JoinSweepers(joins, properties, receivers.getIfAvailable(() -> join -> run -> {}), clock(clocks));
    }

    private static InstantSource clock(ObjectProvider<Clock> clocks) {
        Clock clock = clocks.getIfUnique();
        return clock == null ? InstantSource.system() : clock;
    }
}

package dev.joiner.spring.boot;

import dev.joiner.console.Console;
import java.util.Optional;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Adds the endpoints {@code joins} and {@code joinsconsole} to the actuator. */
@AutoConfiguration(after = JoinerAutoConfiguration.class)
@ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
@ConditionalOnBean(Joins.class)
final class JoinerEndpointAutoConfiguration {

    /** Apart, as Spring looks for the classes of all conditions before it asks the first of them. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnAvailableEndpoint(JoinsEndpoint.class)
    static class Available {

        @Bean
        JoinsEndpoint joinsEndpoint(Joins joins, ObjectProvider<JoinSweepers> sweepers, JoinerProperties properties) {
            return new JoinsEndpoint(
                    joins,
                    Optional.ofNullable(sweepers.getIfAvailable()),
                    properties.endpoint().showValues());
        }

        @Bean
        JoinsEndpointWebExtension joinsEndpointWebExtension(JoinsEndpoint endpoint) {
            return new JoinsEndpointWebExtension(endpoint);
        }
    }

    /** Apart for the same reason. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    @ConditionalOnClass(Console.class)
    static class WithConsole {

        @Configuration(proxyBeanMethods = false)
        @ConditionalOnAvailableEndpoint(JoinsConsoleEndpoint.class)
        static class Available {

            @Bean
            JoinsConsoleEndpoint joinsConsoleEndpoint(
                    Joins joins, JoinerProperties properties, EndpointAccessResolver access) {
                return new JoinsConsoleEndpoint(
                        joins,
                        properties.endpoint().showValues(),
                        access.accessFor(EndpointId.of("joins"), Access.READ_ONLY),
                        access.accessFor(EndpointId.of("joinsconsole"), Access.UNRESTRICTED));
            }
        }
    }
}

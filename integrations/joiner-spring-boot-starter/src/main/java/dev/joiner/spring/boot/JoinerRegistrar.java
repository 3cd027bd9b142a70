package dev.joiner.spring.boot;

import dev.joiner.JoinSpec;
import dev.joiner.KeyedJoiner;
import dev.joiner.spring.boot.JoinerAssembly.JoinTypes;
import java.util.Arrays;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.ConstructorArgumentValues;
import org.springframework.beans.factory.config.RuntimeBeanReference;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.ResolvableType;

/**
 * Adds a joiner for each spec that the application defines as a bean.
 *
 * <p>The types of keys and values, by which codecs and injection points are found, are those that the spec's bean method declares.
 */
final class JoinerRegistrar implements BeanDefinitionRegistryPostProcessor {
    static final String ASSEMBLY = "joinerAssembly";
    static final String SUFFIX = "Joiner";

    @Override
    public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
        if (!(registry instanceof ConfigurableListableBeanFactory beans)) {
            throw new IllegalStateException("joiners need a bean factory that can list its beans, not " + registry);
        }
        for (String spec : beans.getBeanNamesForType(JoinSpec.class, true, false)) {
            String name = spec + SUFFIX;
            if (!registry.containsBeanDefinition(name)) {
                registry.registerBeanDefinition(name, definition(spec, beans.getMergedBeanDefinition(spec)));
            }
        }
    }

    private static BeanDefinition definition(String spec, BeanDefinition specDefinition) {
        ResolvableType[] types =
                specDefinition.getResolvableType().as(JoinSpec.class).getGenerics();
        if (types.length == 0 || Arrays.stream(types).anyMatch(type -> type.resolve() == null)) {
            throw new JoinerSetupException(
                    "bean " + spec
                            + " is a JoinSpec whose types are not known, so neither are the codecs of its keys and"
                            + " values",
                    "Let its bean method return a type without wildcards: JoinSpec<Message, Key, Value, Result>.");
        }
        RootBeanDefinition joiner = new RootBeanDefinition();
        joiner.setTargetType(ResolvableType.forClassWithGenerics(KeyedJoiner.class, types));
        joiner.setFactoryBeanName(ASSEMBLY);
        joiner.setFactoryMethodName("joiner");
        ConstructorArgumentValues arguments = joiner.getConstructorArgumentValues();
        arguments.addIndexedArgumentValue(0, new RuntimeBeanReference(spec));
        arguments.addIndexedArgumentValue(1, new JoinTypes(types[1], types[2]));
        joiner.setDestroyMethodName(""); // the assembly closes it
        joiner.setResourceDescription("the joiner of bean " + spec);
        return joiner;
    }
}

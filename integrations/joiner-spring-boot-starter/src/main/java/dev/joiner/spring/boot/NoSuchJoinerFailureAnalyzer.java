package dev.joiner.spring.boot;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.ResolvableType;

/** Says which joiners there are, where one of other types is asked for, or where several would do. */
final class NoSuchJoinerFailureAnalyzer extends AbstractFailureAnalyzer<NoSuchBeanDefinitionException>
        implements Ordered {
    private final @Nullable ConfigurableListableBeanFactory beans;

    NoSuchJoinerFailureAnalyzer(BeanFactory beans) {
        this.beans = beans instanceof ConfigurableListableBeanFactory listable ? listable : null;
    }

    /** Before the one for beans of any type. */
    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, NoSuchBeanDefinitionException cause) {
        ResolvableType wanted = cause.getResolvableType();
        if (beans == null || wanted == null || !Joiner.class.isAssignableFrom(wanted.toClass())) {
            return null;
        }
        if (cause instanceof NoUniqueBeanDefinitionException several) {
            Collection<String> names = Objects.requireNonNullElse(several.getBeanNamesFound(), List.of());
            return new FailureAnalysis(
                    "A " + wanted + " is asked for, and there are " + names.size() + ": " + String.join(", ", names)
                            + ".",
                    "Say which by @Qualifier(\"" + names.stream().findFirst().orElse("ordersJoiner")
                            + "\") where it is injected, or ask for a KeyedJoiner if only keys or values differ.",
                    cause);
        }
        List<String> there = Arrays.stream(beans.getBeanNamesForType(JoinSpec.class, true, false))
                .map(spec -> spec + JoinerRegistrar.SUFFIX + " of " + spec + ", which is a "
                        + beans.getMergedBeanDefinition(spec).getResolvableType())
                .toList();
        if (there.isEmpty()) {
            return new FailureAnalysis(
                    "A " + wanted + " is asked for, and there is no joiner: no bean is a JoinSpec.",
                    "Define a bean of type JoinSpec<Message, Key, Value, Result>.",
                    cause);
        }
        return new FailureAnalysis(
                "There is no " + wanted + ". The joiners are " + String.join("; ", there) + ".",
                "Ask for Joiner<Message, Result> or KeyedJoiner<Message, Key, Value, Result> with the types of a spec.",
                cause);
    }
}

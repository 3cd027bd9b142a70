package dev.joiner.spring.boot;

import dev.joiner.JoinSpec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.KeyedJoiner;
import java.util.List;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.core.ResolvableType;

/** Makes the joiners of the application's specs, and closes them with the application, after all that use them. */
final class JoinerAssembly implements DisposableBean {
    private static final String UNNAMED = "join";

    private final JoinerFactory factory;
    private final JoinCodecs codecs;
    private final Joins joins;
    private final List<JoinSpecCustomizer> customizers;
    private final JoinerProperties properties;

    /** @param customizers in the order in which they are applied */
    JoinerAssembly(
            JoinerFactory factory,
            JoinCodecs codecs,
            Joins joins,
            List<JoinSpecCustomizer> customizers,
            JoinerProperties properties) {
        this.factory = factory;
        this.codecs = codecs;
        this.joins = joins;
        this.customizers = customizers;
        this.properties = properties;
    }

    /** What two type parameters of a spec stand for. */
    record JoinTypes(ResolvableType key, ResolvableType value) {}

    /** The factory method of each joiner's bean. */
    <M, K, V, R> KeyedJoiner<M, K, V, R> joiner(JoinSpec<M, K, V, R> spec, JoinTypes types) {
        String name = spec.name();
        requireNamed(name);
        joins.requireNew(name);
        JoinSpec<M, K, V, R> customized = spec;
        for (JoinSpecCustomizer customizer : customizers) {
            customized = customizer.customize(customized);
        }
        JoinStoreConfig<K, V> config = config(spec, types);
        KeyedJoiner<M, K, V, R> joiner = factory.create(customized, config);
        joins.add(new Join<>(name, joiner, config));
        return joiner;
    }

    /** The name belongs to what is stored, and this one is that of all specs whose messages have no class in common. */
    private static void requireNamed(String name) {
        if (name.equals(UNNAMED)) {
            throw new JoinerSetupException(
                    "a spec has no name, and its messages have no class that would give it one",
                    "Give it one that stays, by named(...): its joins are stored under it.");
        }
    }

    private <K, V> JoinStoreConfig<K, V> config(JoinSpec<?, K, V, ?> spec, JoinTypes types) {
        String name = spec.name();
        String namespace = properties.namespace() == null ? name : properties.namespace() + "." + name;
        try {
            return JoinStoreConfig.of(namespace, codecs.keys(name, types.key), codecs.values(spec, types.value));
        } catch (IllegalArgumentException e) {
            throw new JoinerSetupException(
                    "join " + name + ": " + e.getMessage(), "Change joiner.namespace, or the name of the join.", e);
        }
    }

    @Override
    public void destroy() {
        RuntimeException failure = null;
        for (Join<?, ?> join : joins.all()) {
            try {
                join.joiner().close(properties.closeWithin());
            } catch (RuntimeException e) { // the others are to be closed all the same
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}

package dev.joiner.spring.boot;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.KeyCodec;
import dev.joiner.codec.jackson.JacksonCodec;
import dev.joiner.merge.Parts;
import dev.joiner.merge.PartsMerge;
import java.lang.reflect.Type;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.core.ResolvableType;

/** Finds the codecs of keys and values by their types: beans first, then what Joiner has, then JSON for values. */
final class JoinCodecs {
    private static final Map<Class<?>, KeyCodec<?>> KEYS =
            Map.of(String.class, KeyCodec.string(), UUID.class, KeyCodec.uuid(), Long.class, KeyCodec.longs());
    private static final Map<Class<?>, Codec<?>> VALUES = Map.of(
            String.class, Codec.string(),
            byte[].class, Codec.bytes(),
            UUID.class, Codec.uuid(),
            Long.class, Codec.longs());

    private final BeanFactory beans;

    JoinCodecs(BeanFactory beans) {
        this.beans = beans;
    }

    /** @param join for the message of the exception */
    @SuppressWarnings("unchecked") // a codec is found by the type
    <K> KeyCodec<K> keys(String join, ResolvableType type) {
        Object bean = bean(KeyCodec.class, type);
        if (bean != null) {
            return (KeyCodec<K>) bean;
        }
        Class<?> known = type.toClass();
        if (KEYS.containsKey(known)) {
            return (KeyCodec<K>) KEYS.get(known);
        }
        String action = "Define a bean of type KeyCodec<" + known.getSimpleName()
                + ">, or make the key a String, a UUID, a Long or a record of such components.";
        if (!known.isRecord()) {
            throw new JoinerSetupException("join " + join + ": there is no codec for keys of type " + type, action);
        }
        try {
            return (KeyCodec<K>) KeyCodec.of(known.asSubclass(Record.class));
        } catch (IllegalArgumentException e) {
            throw new JoinerSetupException("join " + join + ": " + e.getMessage(), action, e);
        }
    }

    @SuppressWarnings("unchecked") // as above
    <V> Codec<V> values(JoinSpec<?, ?, V, ?> spec, ResolvableType type) {
        String join = spec.name();
        Object bean = bean(Codec.class, type);
        if (bean != null) {
            return (Codec<V>) bean;
        }
        Class<?> known = type.toClass();
        if (VALUES.containsKey(known)) {
            return (Codec<V>) VALUES.get(known);
        }
        try {
            if (known == Parts.class) {
                return (Codec<V>) JacksonCodec.of(partsMerge((JoinSpec<?, ?, Parts, ?>) spec));
            }
            return JacksonCodec.of(new TypeReference<V>() {
                @Override
                public Type getType() {
                    return type.getType();
                }
            });
        } catch (IllegalArgumentException e) {
            throw new JoinerSetupException(
                    "join " + join + ": values of type " + type + " cannot be written as JSON: " + e.getMessage(),
                    "Define a bean of type Codec<" + known.getSimpleName() + ">, or make the type one that Jackson can"
                            + " write and read.",
                    e);
        }
    }

    /** That of the spec; a spec with a merge of its own needs a bean. */
    private PartsMerge partsMerge(JoinSpec<?, ?, Parts, ?> spec) {
        PartsMerge merge = PartsMerge.behind(spec)
                .orElseGet(() -> beans.getBeanProvider(PartsMerge.class).getIfUnique());
        if (merge == null) {
            throw new JoinerSetupException(
                    "join " + spec.name()
                            + ": its values are Parts that a merge of its own makes, and there is not one bean of type"
                            + " PartsMerge that says which",
                    "Begin the spec by Parts.of(...).keyedBy(...), or define a bean of type PartsMerge or Codec<Parts>.");
        }
        return merge;
    }

    private @Nullable Object bean(Class<?> codec, ResolvableType type) {
        return beans.getBeanProvider(ResolvableType.forClassWithGenerics(codec, type))
                .getIfUnique();
    }
}

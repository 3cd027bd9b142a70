package dev.joiner.merge;

import dev.joiner.Codec;
import dev.joiner.InvalidMessageException;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One of the parts that a join is made of: a name, and the class of its messages.
 *
 * <pre>{@code
 * static final Part<Price> PRICE = Part.of("price", Price.class, Price::orderId);
 * }</pre>
 *
 * <p>Of a part that comes twice, the last message counts; {@link #keepFirst}, {@link #newest} and {@link #collect} say
 * otherwise, one of them at most.
 *
 * <p>Immutable, and as thread-safe as its functions, which must be pure.
 *
 * @param <T> what {@link Parts#get} returns: a message, or the list of those that were collected
 */
public final class Part<T> {
    private static final Pattern NAME = Pattern.compile("\\p{L}[\\p{L}\\p{N}_.-]{0,99}");

    /** What becomes of a message whose part is there already. */
    @FunctionalInterface
    private interface Again {
        /** Returns {@code pending} itself if the message changes nothing. */
        Object merge(Object message, Object pending);

        /** Refuses a message that could not be merged later, so that it does not stand in the way of others. */
        default void check(Object first) {}
    }

    /** By the version that each message carries. */
    private record Newest(String part, Function<Object, Comparable<Object>> version) implements Again {
        @Override
        public Object merge(Object message, Object pending) {
            return versionOf(message).compareTo(versionOf(pending)) > 0 ? message : pending;
        }

        @Override
        public void check(Object first) {
            versionOf(first);
        }

        private Comparable<Object> versionOf(Object message) {
            Comparable<Object> found = version.apply(message);
            if (found == null) {
                throw new InvalidMessageException("newest: the version of part \"" + part + "\" is null");
            }
            return found;
        }
    }

    private static final Again LAST = (message, pending) -> Sameness.areSame(message, pending) ? pending : message;
    private static final Again FIRST = (message, pending) -> pending;
    private static final Again ALL = (message, pending) -> {
        List<Object> all = new ArrayList<>((List<?>) pending);
        all.add(message);
        return Collections.unmodifiableList(all);
    };

    /** How a part is stored; {@code ofElements} if the codec is that of each message in a list. */
    record Stored(Codec<Object> codec, boolean ofElements) {}

    private final String name;
    private final Class<?> messages;
    private final Function<Object, ?> key;
    private final Again again;
    private final @Nullable Stored stored;

    private Part(String name, Class<?> messages, Function<Object, ?> key, Again again, @Nullable Stored stored) {
        this.name = name;
        this.messages = messages;
        this.key = key;
        this.again = again;
        this.stored = stored;
    }

    /**
     * Returns a part whose messages are of a class of its own.
     *
     * @param name for people, and for the store: a letter, then up to 99 letters, digits, {@code _}, {@code -} and {@code .}
     * @param messages the class of the part's messages, or an interface of theirs; every part of a join has another
     * @param key returns the key of a message, never null
     */
    public static <T> Part<T> of(String name, Class<T> messages, Function<? super T, ?> key) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(messages, "messages");
        Objects.requireNonNull(key, "key");
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "name is \"" + name + "\", must be a letter, then up to 99 letters, digits, '_', '-' and '.'");
        }
        // A primitive's class has no instances: messages are of its box.
        Class<?> boxed = MethodType.methodType(messages).wrap().returnType();
        return new Part<>(name, boxed, untyped(key), LAST, null);
    }

    /** The first message of the part counts. */
    public Part<T> keepFirst() {
        return repeated("keepFirst", FIRST, stored);
    }

    /**
     * The message with the highest version counts; of those with the same version, the first. So it does not matter in which order
     * messages come that have different versions. One without a version is refused with an {@link InvalidMessageException}.
     *
     * @param version returns the version that a message carries, never null
     */
    public <C extends Comparable<? super C>> Part<T> newest(Function<? super T, ? extends C> version) {
        Objects.requireNonNull(version, "newest");
        // It is given messages of this part only, and the versions of one part compare with each other.
        @SuppressWarnings("unchecked")
        Function<Object, Comparable<Object>> versionOf =
                (Function<Object, Comparable<Object>>) (Function<?, ?>) version;
        return repeated("newest", new Newest(name, versionOf), stored);
    }

    /** All messages of the part count, in the order in which they come. The part is there with the first. */
    public Part<List<T>> collect() {
        return repeated("collect", ALL, stored == null ? null : new Stored(stored.codec, true));
    }

    private <U> Part<U> repeated(String option, Again other, @Nullable Stored stored) {
        if (again != LAST) {
            throw new IllegalStateException(option + ": part \"" + name + "\" has a rule for messages that come again");
        }
        return new Part<>(name, messages, key, other, stored);
    }

    /**
     * Sets how {@link PartsMerge#codec()} stores the part; before {@link #collect} that is how it stores each message.
     *
     * @param codec not needed for a store in the memory of the process, nor for a codec of the parts as a whole
     */
    public Part<T> storedBy(Codec<T> codec) {
        Objects.requireNonNull(codec, "storedBy");
        @SuppressWarnings("unchecked") // it is given what this part holds
        Codec<Object> untyped = (Codec<Object>) codec;
        return new Part<>(name, messages, key, again, new Stored(untyped, false));
    }

    /** The name of the part. */
    public String name() {
        return name;
    }

    /** The class of the part's messages. */
    public Class<?> messages() {
        return messages;
    }

    /** Whether the part is the list of its messages. */
    public boolean isCollected() {
        return again == ALL;
    }

    Object key(Object message) {
        return key.apply(message);
    }

    /** Returns {@code pending} itself if the message changes nothing. */
    Object merge(Object message, @Nullable Object pending) {
        if (pending == null) {
            again.check(message);
            return isCollected() ? List.of(message) : message;
        }
        return again.merge(message, pending);
    }

    /** Whether it may be what the part holds. */
    boolean admits(Object value) {
        if (!isCollected()) {
            return messages.isInstance(value);
        }
        return value instanceof List<?> list && !list.isEmpty() && list.stream().allMatch(messages::isInstance);
    }

    Optional<Stored> stored() {
        return Optional.ofNullable(stored);
    }

    @SuppressWarnings("unchecked") // it is given messages of this part
    private static Function<Object, ?> untyped(Function<?, ?> key) {
        return (Function<Object, ?>) key;
    }

    @Override
    public String toString() {
        return name + " (" + messages.getName() + ")";
    }
}

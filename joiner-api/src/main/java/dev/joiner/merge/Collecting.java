package dev.joiner.merge;

import dev.joiner.Codec;
import dev.joiner.Collected;
import dev.joiner.InvalidMessageException;
import dev.joiner.JoinSpec;
import dev.joiner.JoinSpec.Sufficiency;
import dev.joiner.internal.SafeText;
import dev.joiner.internal.spec.NeedsParts;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A join that is nothing but its messages: they are collected, in the order of their arrival, until there are enough.
 *
 * <pre>{@code
 * var spec = Collecting.of(Item.class, Codec.ofText(Item::toLine, Item::parse))
 *         .bySize(Item::count)
 *         .keyedBy(Item::invoice)
 *         .identifiedBy(Item::position)
 *         .process((items, handOver) -> {
 *             int cents = 0;
 *             for (Item item : items) { // a Collected<Long, Item>
 *                 cents += item.cents();
 *             }
 *             return new Invoice(handOver.key(), cents);
 *         })
 *         .build();
 * }</pre>
 *
 * <p>There are enough by a number ({@link #upTo}), by a size that messages carry ({@link #bySize}) or when a message says that it
 * is the last ({@link #until}); where several are set, the first that is fulfilled counts.
 *
 * <p>The value that a store holds beside the parts, and {@link Collected#value}, is a {@code Long}: the size that a message has
 * carried, or 0; stores have {@link Codec#longs} for it. {@link JoinSpec.Builder#collectAtMost} limits what a join may collect.
 *
 * <p>Immutable: each option makes another instance. As thread-safe as the functions that it is given, which must be pure.
 *
 * @param <M> the messages
 * @param <P> what is kept of each
 */
public final class Collecting<M, P> {
    private static final long UNKNOWN = 0;
    private static final long ENDED = -1;

    private final Class<M> messages;
    private final Function<? super M, ? extends P> part;
    private final Codec<P> codec;
    private final int most;
    private final @Nullable Function<? super M, ? extends @Nullable Number> size;
    private final @Nullable Predicate<? super M> last;

    private Collecting(
            Class<M> messages,
            Function<? super M, ? extends P> part,
            Codec<P> codec,
            int most,
            @Nullable Function<? super M, ? extends @Nullable Number> size,
            @Nullable Predicate<? super M> last) {
        this.messages = messages;
        this.part = part;
        this.codec = codec;
        this.most = most;
        this.size = size;
        this.last = last;
    }

    /**
     * Collects messages whole.
     *
     * @param messages gives the join its name
     */
    public static <M> Collecting<M, M> of(Class<M> messages, Codec<M> codec) {
        return of(messages, message -> message, codec);
    }

    /**
     * Collects a part of each message.
     *
     * @param messages gives the join its name
     * @param part returns what is kept of a message, never null
     */
    public static <M, P> Collecting<M, P> of(Class<M> messages, Function<? super M, ? extends P> part, Codec<P> codec) {
        Objects.requireNonNull(messages, "messages");
        Objects.requireNonNull(part, "part");
        Objects.requireNonNull(codec, "codec");
        return new Collecting<>(messages, part, codec, 0, null, null);
    }

    /**
     * Hands over when so many messages are there.
     *
     * @param count at least 1
     */
    public Collecting<M, P> upTo(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("upTo is " + count + ", must be at least 1");
        }
        requireUnset(most > 0, "upTo");
        return new Collecting<>(messages, part, codec, count, size, last);
    }

    /**
     * Hands over when as many messages are there as one of them says, be it the first or the last. One that says another number
     * than one before, a number below 1, or one that is not whole, is refused with an {@link InvalidMessageException}.
     *
     * @param size returns how many messages the join has, or null if this message does not say
     */
    public Collecting<M, P> bySize(Function<? super M, ? extends @Nullable Number> size) {
        Objects.requireNonNull(size, "bySize");
        requireUnset(this.size != null, "bySize");
        return new Collecting<>(messages, part, codec, most, size, last);
    }

    /**
     * Hands over with the message that says it is the last. What comes after it, late, begins the next join: where messages can
     * overtake each other, {@link #bySize} knows that some are missing.
     */
    public Collecting<M, P> until(Predicate<? super M> last) {
        Objects.requireNonNull(last, "until");
        requireUnset(this.last != null, "until");
        return new Collecting<>(messages, part, codec, most, size, last);
    }

    private static void requireUnset(boolean isSet, String option) {
        if (isSet) {
            throw new IllegalStateException(option + " is set twice");
        }
    }

    /**
     * Begins a spec that collects so; its options follow, and {@code process} must be one of them.
     *
     * @param key returns the key of a message, never null
     * @throws IllegalStateException if nothing says how many messages are enough
     */
    public <K> JoinSpec.Builder<M, K, Long, Collected<Long, P>, Collected<Long, P>> keyedBy(
            Function<? super M, ? extends K> key) {
        if (most == 0 && size == null && last == null) {
            throw new IllegalStateException(
                    "Collecting needs upTo, bySize or until: nothing says when a join is whole");
        }
        return JoinSpec.joining(messages)
                .<K>keyedBy(key)
                .<Long>mergedBy((message, pending) -> merge(key, message, pending))
                .<P>collecting(part, codec)
                .sufficientWhen(new Enough())
                .missing((JoinSpec.Missing<Long>) this::missing);
    }

    private final class Enough implements Sufficiency<Long>, NeedsParts {
        @Override
        public boolean test(Long value, int parts) {
            return value == ENDED || (value != UNKNOWN && parts >= value) || (most > 0 && parts >= most);
        }

        @Override
        public int atLeast() {
            return size == null && last == null ? most : 0;
        }
    }

    /** What comes first of all that would be enough. */
    private List<String> missing(long value, int parts) {
        if (value == ENDED) {
            return List.of();
        }
        long enough = most > 0 ? most : Long.MAX_VALUE;
        enough = value == UNKNOWN ? enough : Math.min(enough, value);
        if (enough < Long.MAX_VALUE) {
            return enough > parts ? List.of(enough - parts + " more of " + enough) : List.of();
        }
        return List.of(size == null ? "the last message" : "a message that says how many there are");
    }

    private Long merge(Function<? super M, ?> key, M message, @Nullable Long pending) {
        long known = pending == null ? UNKNOWN : pending;
        if (last != null && last.test(message)) {
            return ENDED;
        }
        Number said = size == null ? null : size.apply(message);
        if (said == null) {
            return known;
        }
        long count;
        try {
            count = exactly(said);
        } catch (ArithmeticException e) {
            throw refused(
                    key,
                    message,
                    "the size is " + SafeText.of(said) + ", must be a whole number up to " + Long.MAX_VALUE);
        }
        if (count < 1) {
            throw refused(key, message, "the size is " + count + ", must be at least 1");
        }
        if (known != UNKNOWN && known != count) {
            throw refused(key, message, "the size is " + count + ", and was " + known + " in a message before");
        }
        return count;
    }

    /** @throws ArithmeticException if it is not a whole number, or not one of a long */
    private static long exactly(Number number) {
        if (number instanceof BigInteger integer) {
            return integer.longValueExact();
        }
        if (number instanceof BigDecimal decimal) {
            return decimal.longValueExact();
        }
        long whole = number.longValue();
        boolean isCutOff = whole == Long.MAX_VALUE && !(number instanceof Long);
        if (isCutOff || whole != number.doubleValue()) {
            throw new ArithmeticException();
        }
        return whole;
    }

    private InvalidMessageException refused(Function<? super M, ?> key, M message, String problem) {
        return new InvalidMessageException(
                messages.getSimpleName() + ": bySize: key \"" + SafeText.of(key.apply(message)) + "\": " + problem);
    }
}

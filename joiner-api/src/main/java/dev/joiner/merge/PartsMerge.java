package dev.joiner.merge;

import dev.joiner.Codec;
import dev.joiner.InvalidMessageException;
import dev.joiner.JoinSpec;
import dev.joiner.internal.spec.Spec;
import java.lang.invoke.MethodType;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A merge of messages of several classes into {@link Parts}, each class a {@link Part} of its own. Begins at {@link Parts#of}.
 *
 * <pre>{@code
 * var spec = Parts.of(PAYMENT)
 *         .optional(COUPON)
 *         .waitFor(COUPON, Duration.ofSeconds(30), clock)
 *         .keyedBy(String.class)
 *         .process((parts, handOver) -> paid.add(handOver.cause() + " " + parts))
 *         .build();
 * }</pre>
 *
 * <p>The parts are complete when all required ones are there, and those optional ones that are {@linkplain #waitFor waited for}.
 * Messages are {@code Object}s: one consumer loop may feed them all, or one for each class.
 *
 * <p>In which order messages of different parts come does not matter; of messages of one part it does, but for {@link
 * Part#newest}. A message that comes twice changes nothing, but for {@link Part#collect}, unless messages are {@linkplain
 * JoinSpec.Builder#identifiedBy(java.util.function.Function) identified}. What changes nothing returns the pending parts themselves,
 * so that {@code keepAfterJoin} finds them unchanged.
 *
 * <p>Immutable: each option makes another instance. Thread-safe.
 */
public final class PartsMerge {

    /** A part in its place; {@code waitFor} null if the join does not wait for it by time. */
    private record Place(
            Part<?> part, boolean isRequired, @Nullable Duration waitFor) {}

    private final List<Place> places;
    private final List<Part<?>> parts;
    private final Class<?>[] classes;
    private final boolean[] required;
    /** Also the optional parts that are waited for. */
    private final boolean[] awaited;

    private final boolean waits;
    /** Null for the system's. */
    private final @Nullable InstantSource clock;

    private PartsMerge(List<Place> places, @Nullable InstantSource clock) {
        this.places = List.copyOf(places);
        this.clock = clock;
        int count = places.size();
        List<Part<?>> all = new ArrayList<>(count);
        classes = new Class<?>[count];
        required = new boolean[count];
        awaited = new boolean[count];
        boolean anyWait = false;
        for (int i = 0; i < count; i++) {
            Place place = places.get(i);
            all.add(place.part);
            classes[i] = place.part.messages();
            required[i] = place.isRequired;
            awaited[i] = place.isRequired || place.waitFor != null;
            anyWait |= place.waitFor != null;
        }
        parts = List.copyOf(all);
        waits = anyWait;
    }

    static PartsMerge of(Part<?> part, Part<?>... more) {
        Objects.requireNonNull(more, "more");
        List<Place> places = new ArrayList<>();
        add(places, part, true);
        for (Part<?> other : more) {
            add(places, other, true);
        }
        return new PartsMerge(places, null);
    }

    private static void add(List<Place> places, Part<?> part, boolean isRequired) {
        Objects.requireNonNull(part, "part");
        for (Place place : places) {
            Part<?> other = place.part;
            if (other.name().equals(part.name())) {
                throw new IllegalArgumentException("two parts are named \"" + part.name() + "\"");
            }
            if (other.messages().isAssignableFrom(part.messages())
                    || part.messages().isAssignableFrom(other.messages())) {
                throw new IllegalArgumentException("a message could be of part " + other + " and of part " + part);
            }
        }
        places.add(new Place(part, isRequired, null));
    }

    /**
     * Adds parts that a join does without.
     *
     * @throws IllegalArgumentException as {@link Parts#of} says
     */
    public PartsMerge optional(Part<?>... more) {
        Objects.requireNonNull(more, "more");
        List<Place> all = new ArrayList<>(places);
        for (Part<?> part : more) {
            add(all, part, false);
        }
        return new PartsMerge(all, clock);
    }

    /**
     * Waits for an optional part: once all required parts are there, the join is handed over as soon as this one comes, or when its
     * time is over. {@link #keyedBy} sets {@code expireAt} and {@code joinOnExpiry} for that, so a join that is handed over without
     * it has cause {@code EXPIRED}. Time is the system's; where the joiner is given a clock, give it {@linkplain #waitFor(Part,
     * Duration, InstantSource) here} as well.
     *
     * @param wait positive
     * @throws IllegalArgumentException if it is not an optional part of this merge
     * @throws IllegalStateException if it is waited for already
     */
    public PartsMerge waitFor(Part<?> part, Duration wait) {
        return waiting(part, wait, clock);
    }

    /**
     * Waits for an optional part as {@link #waitFor(Part, Duration)} does, by a clock.
     *
     * @param clock the one that the joiner has, read when the last required part comes; for all parts that are waited for
     * @throws IllegalStateException also if another clock was given before
     */
    public PartsMerge waitFor(Part<?> part, Duration wait, InstantSource clock) {
        Objects.requireNonNull(clock, "waitFor: clock");
        if (this.clock != null && this.clock != clock) {
            throw new IllegalStateException(
                    "waitFor: part \"" + part.name() + "\" has another clock than a part before");
        }
        return waiting(part, wait, clock);
    }

    private PartsMerge waiting(Part<?> part, Duration wait, @Nullable InstantSource clock) {
        Objects.requireNonNull(wait, "waitFor: wait");
        if (wait.isNegative() || wait.isZero()) {
            throw new IllegalArgumentException("waitFor is " + wait + ", must be positive");
        }
        int index = indexOf(Objects.requireNonNull(part, "part"));
        Place place = places.get(index);
        if (place.isRequired) {
            throw new IllegalArgumentException("waitFor: part \"" + part.name() + "\" is not optional");
        }
        if (place.waitFor != null) {
            throw new IllegalStateException("waitFor: part \"" + part.name() + "\" is waited for twice");
        }
        List<Place> all = new ArrayList<>(places);
        all.set(index, new Place(place.part, false, wait));
        return new PartsMerge(all, clock);
    }

    /**
     * Begins a spec that has this merge, is sufficient when the parts are complete, and says what a pending join waits for. Its
     * options follow; the name of the join is {@code "join"} unless it is set.
     *
     * <p>If an optional part is waited for, {@code expireAt} and {@code joinOnExpiry} are set. A join that expires for another
     * reason, {@code expireAfter} say, then goes to {@code process}, too: {@link Parts#missing} tells the two apart. With {@code
     * keepAfterJoin}, set another expiry: a value that waits for nothing any more is not ended by this one.
     *
     * @param keys the class of the keys that all parts have; a message with another one is refused
     */
    public <K> JoinSpec.Builder<Object, K, Parts, Parts, Parts> keyedBy(Class<K> keys) {
        Objects.requireNonNull(keys, "keyedBy");
        @SuppressWarnings("unchecked") // a primitive's class has the type of its box
        Class<K> boxed = (Class<K>) MethodType.methodType(keys).wrap().returnType();
        JoinSpec.Builder<Object, K, Parts, Parts, Parts> spec = JoinSpec.<Object>joining()
                .<K>keyedBy(message -> key(message, boxed))
                .<Parts>mergedBy(new Merging(this))
                .sufficientWhen(this::isComplete)
                .missing(Parts::awaited);
        return waits ? spec.expireAt(this::deadline).joinOnExpiry() : spec;
    }

    /** The merge of a spec, which can be found in that. */
    private record Merging(PartsMerge merge) implements JoinSpec.Merge<Object, Parts> {
        @Override
        public Parts merge(Object message, @Nullable Parts pending) {
            return merge.merge(message, pending);
        }
    }

    /**
     * Returns the merge that a spec was begun with by {@link #keyedBy}, for code that is given a spec and needs a codec for its
     * values; empty if another function makes its parts.
     */
    public static Optional<PartsMerge> behind(JoinSpec<?, ?, Parts, ?> spec) {
        Spec<?, ?, Parts, ?> own = (Spec<?, ?, Parts, ?>) Objects.requireNonNull(spec, "spec");
        return own.mergedBy() instanceof Merging merging ? Optional.of(merging.merge) : Optional.empty();
    }

    private <K> K key(Object message, Class<K> keys) {
        Part<?> part = parts.get(partOf(message));
        Object key = part.key(message);
        if (key == null) {
            throw new InvalidMessageException("keyedBy: the key of part \"" + part.name() + "\" is null");
        }
        if (!keys.isInstance(key)) {
            throw new InvalidMessageException("keyedBy: the key of part \"" + part.name() + "\" is a "
                    + key.getClass().getName() + ", must be a " + keys.getName());
        }
        return keys.cast(key);
    }

    private int partOf(Object message) {
        Class<?> type = message.getClass();
        for (int i = 0; i < classes.length; i++) {
            if (classes[i] == type) {
                return i;
            }
        }
        int found = -1;
        for (int i = 0; i < classes.length; i++) {
            if (classes[i].isInstance(message)) {
                if (found >= 0) {
                    throw new InvalidMessageException("a message of class " + type.getName() + " is of part "
                            + parts.get(found) + " and of part " + parts.get(i));
                }
                found = i;
            }
        }
        if (found < 0) {
            throw new InvalidMessageException(
                    "a message of class " + type.getName() + " is of none of the parts " + parts);
        }
        return found;
    }

    /**
     * Returns the merged parts: {@code pending} itself if the message changes nothing in them.
     *
     * @param pending null for the first message
     * @throws InvalidMessageException if the message is of none of the parts
     */
    public Parts merge(Object message, @Nullable Parts pending) {
        int index = partOf(message);
        Parts grown = merge(index, message, pending == null ? null : own(pending));
        return waits && grown.completeSince().isEmpty() && hasAll(required, grown)
                ? grown.completeSince(Instant.ofEpochMilli(clock == null ? System.currentTimeMillis() : clock.millis()))
                : grown;
    }

    private Parts merge(int index, Object message, @Nullable Parts pending) {
        Part<?> part = parts.get(index);
        if (pending == null) {
            @Nullable Object[] values = new Object[classes.length];
            values[index] = part.merge(message, null);
            return new Parts(this, values, null);
        }
        Object before = pending.value(index);
        Object merged = part.merge(message, before);
        return merged == before ? pending : pending.with(index, merged);
    }

    /** A store in memory may hold parts of an older definition. */
    private Parts own(Parts value) {
        return value.merge() == this
                ? value
                : restored(value.toMap(), value.completeSince().orElse(null));
    }

    /** Whether every part is there that is required, or that is waited for. */
    public boolean isComplete(Parts value) {
        return hasAll(awaited, own(value));
    }

    private static boolean hasAll(boolean[] wanted, Parts value) {
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i] && !value.has(i)) {
                return false;
            }
        }
        return true;
    }

    /** When the time of those optional parts is over that are not there; null if it has not begun. */
    private @Nullable Instant deadline(Parts merged) {
        Parts value = own(merged);
        Instant since = value.completeSince().orElse(null);
        if (since == null) {
            return null;
        }
        Duration longest = null;
        for (int i = 0; i < classes.length; i++) {
            Duration wait = places.get(i).waitFor;
            if (wait != null && !value.has(i) && (longest == null || wait.compareTo(longest) > 0)) {
                longest = wait;
            }
        }
        // A value that is kept after its join ends when the spec says, and not when the wait would have.
        return longest == null || longest.compareTo(Duration.between(since, Instant.MAX)) > 0
                ? Instant.MAX
                : since.plus(longest);
    }

    List<String> missing(Parts value, boolean alsoAwaited) {
        boolean[] wanted = alsoAwaited ? awaited : required;
        List<String> missing = new ArrayList<>();
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i] && !value.has(i)) {
                missing.add(parts.get(i).name());
            }
        }
        return List.copyOf(missing);
    }

    int indexOf(Part<?> part) {
        for (int i = 0; i < parts.size(); i++) {
            Part<?> own = parts.get(i);
            if (own == part || isSame(own, part)) {
                return i;
            }
        }
        throw new IllegalArgumentException("part " + part + " is none of the parts " + parts);
    }

    /** The same part may be there with another codec. */
    private static boolean isSame(Part<?> own, Part<?> other) {
        return own.name().equals(other.name())
                && own.messages() == other.messages()
                && own.isCollected() == other.isCollected();
    }

    /** All parts, required and optional: for codecs. */
    public List<Part<?>> parts() {
        return parts;
    }

    /**
     * Returns parts as they were: for codecs.
     *
     * @param values what {@link Parts#toMap} returned
     * @param completeSince what {@link Parts#completeSince} returned, null if that is empty
     * @throws IllegalArgumentException if a value is of none of the parts, or not of the class of its part
     */
    public Parts restored(Map<String, ?> values, @Nullable Instant completeSince) {
        @Nullable Object[] restored = new Object[classes.length];
        values.forEach((name, value) -> {
            int index = indexOf(name);
            if (!parts.get(index).admits(value)) {
                throw new IllegalArgumentException("part \"" + name + "\" is a "
                        + (value == null ? null : value.getClass().getName()) + ", must be a "
                        + (parts.get(index).isCollected() ? "list of " : "") + classes[index].getName());
            }
            restored[index] =
                    value instanceof List<?> list && parts.get(index).isCollected() ? List.copyOf(list) : value;
        });
        return new Parts(this, restored, completeSince);
    }

    private int indexOf(String name) {
        for (int i = 0; i < parts.size(); i++) {
            if (parts.get(i).name().equals(name)) {
                return i;
            }
        }
        throw new IllegalArgumentException("part \"" + name + "\" is none of the parts " + parts);
    }

    /**
     * Returns a codec that stores each part by its own ({@link Part#storedBy}). It is a {@linkplain Codec#isText text} if all of
     * them are.
     *
     * @throws IllegalStateException if a part has no codec
     */
    public Codec<Parts> codec() {
        return new PartsCodec(this);
    }

    @Override
    public String toString() {
        return "PartsMerge" + parts + Arrays.toString(required);
    }
}

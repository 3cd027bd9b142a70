package dev.joiner.merge;

import dev.joiner.JoinSpec;
import dev.joiner.internal.record.RecordType;
import dev.joiner.internal.record.RecordType.Component;
import dev.joiner.merge.RecordMerge.Merged;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A merge of records of one class, component by component: of each, the newest value that is not null wins.
 *
 * <pre>{@code
 * var spec = Records.joining(Order.class, Order::id).process(this::insert).build();
 * }</pre>
 *
 * <p>A record is complete when every component is there. A component may be absent if an annotation named {@code Nullable} says
 * so, whichever it is, as long as it is kept at run time; an {@code Optional} may be empty, and a primitive is always there.
 *
 * <p>Other rules are set for all components ({@link #keepFirst}) or for one by its name. A rule applies to two values that are
 * there; if only one is, that is taken as it is. What changes nothing returns the pending value itself, so that {@code
 * keepAfterJoin} finds it unchanged.
 *
 * <p>Which message comes first does not matter for {@link #min} and {@link #max} (of values that do not compare as equal),
 * {@link #collect} of a set and {@link #sum} of all but {@code double} (if no sum on the way overflows), and for every rule if no two messages of a join have a component in common. A message that comes twice
 * counts twice in {@link #sum}, {@link #concat}, and {@link #collect} of a list, unless messages are {@linkplain
 * JoinSpec.Builder#identifiedBy(Function) identified}.
 *
 * <p>Records are read through method handles that are looked up once. In a named module, their package must be open to {@code
 * dev.joiner}, or {@link #of(Class, Lookup)} be given a lookup. Immutable: each rule makes another instance. Thread-safe.
 *
 * @param <T> the records
 */
public final class Records<T extends Record> {
    private final RecordType<T> type;
    private final @Nullable Lookup lookup;
    private final Rule usual;
    private final boolean deeply;
    /** By the names of components. */
    private final Map<String, Rule> rules;

    private final RecordMerge<T> merge;

    private Records(RecordType<T> type, @Nullable Lookup lookup, Rule usual, boolean deeply, Map<String, Rule> rules) {
        this.type = type;
        this.lookup = lookup;
        this.usual = usual;
        this.deeply = deeply;
        this.rules = rules;
        merge = merge(type, rules, new HashSet<>());
    }

    private <N> RecordMerge<N> merge(RecordType<N> record, Map<String, Rule> own, Set<Class<?>> outer) {
        if (!outer.add(record.type())) {
            throw new IllegalArgumentException("deeply: record " + record.type().getName() + " contains itself");
        }
        List<Merged> components = new ArrayList<>();
        for (Component component : record.components()) {
            Rule rule = own.getOrDefault(component.name(), usual);
            RecordMerge<?> nested = null;
            if (deeply && component.type().isRecord() && !own.containsKey(component.name())) {
                RecordMerge<?> inner = merge(RecordType.of(component.type(), lookup), Map.of(), outer);
                rule = Rule.ofBoth((pending, message) -> inner.merge(message, pending));
                nested = inner;
            } else if (Rule.EMPTY.containsKey(component.type())) {
                rule = rule.withEmpty(Objects.requireNonNull(Rule.EMPTY.get(component.type())));
            }
            components.add(new Merged(component, rule, nested));
        }
        outer.remove(record.type());
        return new RecordMerge<>(record, components);
    }

    /**
     * Returns the merge of records of a class.
     *
     * @throws IllegalArgumentException if the class is not a record, or if its module does not open its package to {@code
     *     dev.joiner}
     */
    public static <T extends Record> Records<T> of(Class<T> type) {
        Objects.requireNonNull(type, "type");
        return new Records<>(RecordType.of(type, null), null, Rule.NEWEST, false, Map.of());
    }

    /**
     * Returns the merge of records of a class that is not open to {@code dev.joiner}.
     *
     * @param lookup {@code MethodHandles.lookup()} of a class that may read the record
     * @throws IllegalArgumentException if the class is not a record, or if the lookup may not read it
     */
    public static <T extends Record> Records<T> of(Class<T> type, Lookup lookup) {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(lookup, "lookup");
        return new Records<>(RecordType.of(type, lookup), lookup, Rule.NEWEST, false, Map.of());
    }

    /**
     * Begins a spec that merges records of a class: {@code Records.of(type).keyedBy(key)}.
     *
     * @throws IllegalArgumentException as {@link #of(Class)} says
     */
    public static <T extends Record, K> JoinSpec.Builder<T, K, T, T, T> joining(
            Class<T> type, Function<? super T, ? extends K> key) {
        Objects.requireNonNull(key, "keyedBy");
        return of(type).keyedBy(key);
    }

    /**
     * Begins a spec that has this merge, is sufficient when a record is complete, and says what is missing of a pending join. Its
     * options follow.
     *
     * @param key returns the key of a record, never null; the merged record must have the same
     */
    public <K> JoinSpec.Builder<T, K, T, T, T> keyedBy(Function<? super T, ? extends K> key) {
        Objects.requireNonNull(key, "keyedBy");
        return JoinSpec.joining(type.type())
                .<K>keyedBy(key)
                .<T>mergedBy((message, pending) -> pending == null ? message : merge(message, pending, key))
                .sufficientWhen(this::isComplete)
                .missing(this::missing);
    }

    private T merge(T message, T pending, Function<? super T, ?> key) {
        T merged = merge(message, pending);
        Object expected = key.apply(message);
        Object found = key.apply(merged);
        if (!Objects.equals(expected, found)) {
            throw new IllegalArgumentException(
                    "keyedBy: the key \"" + expected + "\" of a record becomes \"" + found + "\" when it is merged");
        }
        return merged;
    }

    /** Lets the first value that is not null win, where no other rule is set. */
    public Records<T> keepFirst() {
        return new Records<>(type, lookup, Rule.FIRST, deeply, rules);
    }

    /**
     * Merges components that are records by their own components, and these likewise, where no other rule is set. Such a
     * component is there when it is complete. Without this, it is a value like any other.
     *
     * @throws IllegalArgumentException if a record contains itself, or cannot be read
     */
    public Records<T> deeply() {
        return new Records<>(type, lookup, usual, true, rules);
    }

    /** Lets the newest value of a component win. The default; for use with {@link #keepFirst}. */
    public Records<T> newest(String component) {
        return with("newest", component, Rule.NEWEST);
    }

    /** Lets the first value of a component win. */
    public Records<T> first(String component) {
        return with("first", component, Rule.FIRST);
    }

    /**
     * Adds the values of a component up. An int or a long that overflows is an {@code ArithmeticException}, and so is a
     * BigDecimal of more than 1,000 digits.
     *
     * @param component an int, long, double, BigInteger, BigDecimal or Duration
     */
    public Records<T> sum(String component) {
        Rule sum = Rule.sum(boxed(component("sum", component)));
        return with(
                "sum",
                component,
                sum == null ? null : sum.naming("sum of component " + component),
                "an int, long, double, BigInteger, BigDecimal or Duration");
    }

    /**
     * Keeps the least value of a component.
     *
     * @param component a primitive, or {@code Comparable}
     */
    public Records<T> min(String component) {
        return with("min", component, compared("min", component, 1), "Comparable");
    }

    /**
     * Keeps the greatest value of a component.
     *
     * @param component a primitive, or {@code Comparable}
     */
    public Records<T> max(String component) {
        return with("max", component, compared("max", component, -1), "Comparable");
    }

    private @Nullable Rule compared(String option, String component, int sign) {
        return Comparable.class.isAssignableFrom(boxed(component(option, component))) ? Rule.least(sign) : null;
    }

    /**
     * Keeps the elements of all values of a component, in the order in which they came. Each message copies what is there: for
     * many elements, fold something smaller.
     *
     * @param component a {@code List}, {@code Collection}, {@code Set} or {@code Map}; of a map, the newest value of each key
     */
    public Records<T> collect(String component) {
        Rule collect = Rule.collect(component("collect", component).type());
        return with("collect", component, collect, "a List, Collection, Set or Map");
    }

    /**
     * Appends the values of a component to each other, in the order in which they came.
     *
     * @param component a String
     * @param separator stands between two values
     */
    public Records<T> concat(String component, String separator) {
        Objects.requireNonNull(separator, "concat: separator");
        boolean isText = component("concat", component).type() == String.class;
        return with("concat", component, isText ? Rule.concat(separator) : null, "a String");
    }

    /**
     * Merges two values of a component by a function.
     *
     * @param type the component's own class, primitive or not
     * @param function takes the pending value and that of the message, neither of them null; pure
     */
    public <C> Records<T> merging(String component, Class<C> type, BinaryOperator<C> function) {
        Objects.requireNonNull(type, "merging: type");
        Objects.requireNonNull(function, "merging: function");
        Component declared = component("merging", component);
        boolean isSame = boxed(declared) == MethodType.methodType(type).wrap().returnType();
        @SuppressWarnings("unchecked") // of that very class
        BinaryOperator<Object> untyped = (BinaryOperator<Object>) function;
        BinaryOperator<Object> checked = (pending, message) -> Objects.requireNonNull(
                untyped.apply(pending, message),
                () -> "merging: the function of component " + component + " returned null");
        return with("merging", component, isSame ? Rule.ofBoth(checked) : null, "a " + type.getSimpleName());
    }

    private Records<T> with(String option, String component, @Nullable Rule rule, String needed) {
        if (rule == null) {
            throw new IllegalArgumentException(option + ": component " + component + " of "
                    + type.type().getSimpleName() + " is a "
                    + component(option, component).type().getSimpleName() + ", must be " + needed);
        }
        return with(option, component, rule);
    }

    private Records<T> with(String option, String component, Rule rule) {
        component(option, component);
        Map<String, Rule> more = new HashMap<>(rules);
        if (more.put(component, rule) != null) {
            throw new IllegalStateException(option + ": component " + component + " has two rules");
        }
        return new Records<>(type, lookup, usual, deeply, Map.copyOf(more));
    }

    private Component component(String option, String name) {
        Objects.requireNonNull(name, option + ": component");
        return type.components().stream()
                .filter(component -> component.name().equals(name))
                .findAny()
                .orElseThrow(() -> new IllegalArgumentException(option + ": "
                        + type.type().getSimpleName() + " has no component \"" + name + "\", only "
                        + type.components().stream().map(Component::name).toList()));
    }

    private static Class<?> boxed(Component component) {
        return MethodType.methodType(component.type()).wrap().returnType();
    }

    /**
     * Returns the merged record: {@code pending} itself if the message changes nothing in it.
     *
     * @param pending null for the first message
     */
    public T merge(T message, @Nullable T pending) {
        return pending == null ? message : type.type().cast(merge.merge(message, pending));
    }

    /** Whether every component is there that must be. */
    public boolean isComplete(T value) {
        return merge.isComplete(value);
    }

    /**
     * Returns the names of the components that are not there and must be, in the order of their declaration; what is missing of
     * a component that is merged {@linkplain #deeply deeply} follows a dot: {@code address.city}.
     */
    public List<String> missing(T value) {
        return merge.missing(value);
    }
}

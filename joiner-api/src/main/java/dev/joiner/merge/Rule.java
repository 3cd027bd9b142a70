package dev.joiner.merge;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/** How one component of a message and the same component of what is pending become one. Pure. */
@FunctionalInterface
interface Rule {
    Rule NEWEST = (message, pending) -> message != null ? message : pending;
    Rule FIRST = (message, pending) -> pending != null ? pending : message;

    /** How many digits a sum may have. */
    int MAX_DIGITS = 1_000;

    /** Returns null if both are null. */
    @Nullable
    Object merge(@Nullable Object message, @Nullable Object pending);

    /** What is empty, of the classes that have such a value. */
    Map<Class<?>, Object> EMPTY = Map.of(
            Optional.class, Optional.empty(),
            OptionalInt.class, OptionalInt.empty(),
            OptionalLong.class, OptionalLong.empty(),
            OptionalDouble.class, OptionalDouble.empty());

    /** The same for components of a class that has an empty value, which is taken for null. */
    default Rule withEmpty(Object empty) {
        return (message, pending) -> {
            Object merged = merge(empty.equals(message) ? null : message, empty.equals(pending) ? null : pending);
            return merged == null ? empty : merged;
        };
    }

    /**
     * A rule for two values that are there; if only one is, that is taken as it is.
     *
     * @param function takes what is pending first, as it came first
     */
    static Rule ofBoth(BinaryOperator<Object> function) {
        return (message, pending) ->
                message == null ? pending : pending == null ? message : function.apply(pending, message);
    }

    /** The same rule, which names its component if the result cannot be reckoned. */
    default Rule naming(String component) {
        return (message, pending) -> {
            try {
                return merge(message, pending);
            } catch (ArithmeticException e) {
                ArithmeticException named = new ArithmeticException(component + ": " + e.getMessage());
                named.initCause(e);
                throw named;
            }
        };
    }

    /** Returns the sum of two values of a type; null if the type has none. */
    static @Nullable Rule sum(Class<?> boxed) {
        if (boxed == Integer.class) {
            return ofBoth((a, b) -> Math.addExact((Integer) a, (Integer) b));
        }
        if (boxed == Long.class) {
            return ofBoth((a, b) -> Math.addExact((Long) a, (Long) b));
        }
        if (boxed == Double.class) {
            return ofBoth((a, b) -> (Double) a + (Double) b);
        }
        if (boxed == BigInteger.class) {
            return ofBoth((a, b) -> ((BigInteger) a).add((BigInteger) b));
        }
        if (boxed == BigDecimal.class) {
            return ofBoth((a, b) -> sum((BigDecimal) a, (BigDecimal) b));
        }
        if (boxed == Duration.class) {
            return ofBoth((a, b) -> ((Duration) a).plus((Duration) b));
        }
        return null;
    }

    /** The sum of two numbers, but not of 1E+1000000000 and 1: it would take all memory. */
    private static BigDecimal sum(BigDecimal a, BigDecimal b) {
        long whole = Math.max((long) a.precision() - a.scale(), (long) b.precision() - b.scale());
        if (whole + Math.max(a.scale(), b.scale()) > MAX_DIGITS) {
            throw new ArithmeticException("the sum has more than " + MAX_DIGITS + " digits");
        }
        return a.add(b);
    }

    /**
     * Returns the least or the greatest of two comparable values, the one that came first if they are equal.
     *
     * @param sign 1 for the least, -1 for the greatest
     */
    @SuppressWarnings("unchecked") // whose class was seen to be comparable, and is that of a component
    static Rule least(int sign) {
        return ofBoth((a, b) -> Integer.signum(((Comparable<Object>) a).compareTo(b)) * sign <= 0 ? a : b);
    }

    /** Returns the elements of both, in the order in which they came; null if it is not a type for that. */
    static @Nullable Rule collect(Class<?> type) {
        if (type == List.class || type == Collection.class) {
            return ofBoth((a, b) -> {
                List<Object> all = new ArrayList<>((Collection<?>) a);
                all.addAll((Collection<?>) b);
                return Collections.unmodifiableList(all);
            });
        }
        if (type == Set.class) {
            return ofBoth((a, b) -> {
                Set<Object> all = new LinkedHashSet<>((Set<?>) a);
                all.addAll((Set<?>) b);
                return Collections.unmodifiableSet(all);
            });
        }
        if (type == Map.class) {
            return ofBoth((a, b) -> {
                Map<Object, Object> all = new LinkedHashMap<>((Map<?, ?>) a);
                all.putAll((Map<?, ?>) b);
                return Collections.unmodifiableMap(all);
            });
        }
        return null;
    }

    static Rule concat(String separator) {
        return ofBoth((a, b) -> a + separator + b);
    }
}

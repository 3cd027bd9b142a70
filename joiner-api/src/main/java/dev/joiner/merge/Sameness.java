package dev.joiner.merge;

import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Whether one value can stand for another, so that a message that brings it changes nothing.
 *
 * <p>That two values are equal does not say so: entities are equal by their ids, whatever else has changed. It is believed of
 * the JDK's classes and of enums. Records that have the {@code equals} of all records are the same if their components are, and
 * collections if their elements are; of any other class only the very same object is the same.
 */
final class Sameness {
    private static final BiPredicate<Object, Object> IF_EQUAL = Object::equals;

    private static final ClassValue<BiPredicate<Object, Object>> RULES = new ClassValue<>() {
        @Override
        protected BiPredicate<Object, Object> computeValue(Class<?> type) {
            if (type.isRecord()) {
                return saysAllByEquals(type, new HashSet<>()) ? IF_EQUAL : byComponents(type);
            }
            if (List.class.isAssignableFrom(type)) {
                return (one, other) -> other instanceof List<?> list && areSameLists((List<?>) one, list);
            }
            if (Set.class.isAssignableFrom(type)) {
                return (one, other) -> other instanceof Set<?> set && areSameSets((Set<?>) one, set);
            }
            if (Map.class.isAssignableFrom(type)) {
                return (one, other) ->
                        other instanceof Map<?, ?> map && areSameSets(((Map<?, ?>) one).entrySet(), map.entrySet());
            }
            if (isOfTheJdk(type) && Map.Entry.class.isAssignableFrom(type)) {
                return (one, other) ->
                        other instanceof Map.Entry<?, ?> entry && areSameEntries((Map.Entry<?, ?>) one, entry);
            }
            if (type == Optional.class) {
                return (one, other) -> other instanceof Optional<?> optional
                        && areSame(((Optional<?>) one).orElse(null), optional.orElse(null));
            }
            return isOfTheJdk(type) || Enum.class.isAssignableFrom(type) ? IF_EQUAL : (one, other) -> false;
        }
    };

    private Sameness() {}

    static boolean areSame(@Nullable Object one, @Nullable Object other) {
        return one == other
                || (one != null && other != null && RULES.get(one.getClass()).test(one, other));
    }

    private static boolean areSameLists(List<?> one, List<?> other) {
        if (one.size() != other.size()) {
            return false;
        }
        Iterator<?> others = other.iterator();
        for (Object element : one) {
            if (!others.hasNext() || !areSame(element, others.next())) {
                return false;
            }
        }
        return true;
    }

    /** Sets find an element by its {@code equals}, and do not tell which one they found. */
    private static boolean areSameSets(Set<?> one, Set<?> other) {
        if (one.size() != other.size()) {
            return false;
        }
        Map<Object, Object> others = new HashMap<>();
        other.forEach(element -> others.put(element, element));
        for (Object element : one) {
            if (!others.containsKey(element) || !areSame(element, others.get(element))) {
                return false;
            }
        }
        return true;
    }

    private static boolean areSameEntries(Map.Entry<?, ?> one, Map.Entry<?, ?> other) {
        return areSame(one.getKey(), other.getKey()) && areSame(one.getValue(), other.getValue());
    }

    /** Whether whatever such a variable holds is the same as what it equals. */
    private static boolean saysAllByEquals(Class<?> type, Set<Class<?>> seen) {
        if (type.isPrimitive() || type.isEnum()) {
            return true;
        }
        if (!type.isRecord()) {
            return isOfTheJdk(type) && Modifier.isFinal(type.getModifiers()) && type != Optional.class;
        }
        if (!seen.add(type)) {
            return true; // in a record of its own kind: the other components decide
        }
        if (!hasEqualsOfAllRecords(type)) {
            return false;
        }
        for (RecordComponent component : type.getRecordComponents()) {
            if (!saysAllByEquals(component.getType(), seen)) {
                return false;
            }
        }
        return true;
    }

    /** By the fields, which are what {@code equals} compares: an accessor may return anything. */
    private static BiPredicate<Object, Object> byComponents(Class<?> type) {
        if (!hasEqualsOfAllRecords(type)) {
            return (one, other) -> false;
        }
        List<Field> fields = new ArrayList<>();
        try {
            for (RecordComponent component : type.getRecordComponents()) {
                Field field = type.getDeclaredField(component.getName());
                field.setAccessible(true);
                fields.add(field);
            }
        } catch (NoSuchFieldException | InaccessibleObjectException e) {
            return (one, other) -> false;
        }
        return (one, other) -> one.getClass() == other.getClass()
                && fields.stream().allMatch(field -> areSame(read(field, one), read(field, other)));
    }

    private static @Nullable Object read(Field field, Object owner) {
        try {
            return field.get(owner);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(field + " was made accessible", e);
        }
    }

    private static boolean isOfTheJdk(Class<?> type) {
        return type.getClassLoader() == null;
    }

    /** The compiler makes it final; somebody's own rarely is. */
    private static boolean hasEqualsOfAllRecords(Class<?> type) {
        try {
            return Modifier.isFinal(
                    type.getDeclaredMethod("equals", Object.class).getModifiers());
        } catch (NoSuchMethodException e) {
            return false;
        }
    }
}

package dev.joiner.merge;

import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether one value can stand for another, so that a message that brings it changes nothing.
 *
 * <p>That two values are equal does not say so: entities are equal by their ids, whatever else has changed. It is believed of
 * the JDK's classes, of enums, and of records that have the {@code equals} of all records; of any other class only the very same
 * object is the same.
 */
final class Sameness {
    private static final ClassValue<Boolean> SAYS_ALL = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return type.getClassLoader() == null || (type.isRecord() && hasEqualsOfAllRecords(type));
        }
    };

    private Sameness() {}

    static boolean areSame(@Nullable Object one, @Nullable Object other) {
        return one == other || (one != null && one.equals(other) && saysAllByEquals(one));
    }

    private static boolean saysAllByEquals(Object value) {
        if (value instanceof Collection<?> collection) {
            return collection.stream().allMatch(Sameness::saysAllByEquals);
        }
        if (value instanceof Map<?, ?> map) {
            return saysAllByEquals(map.keySet()) && saysAllByEquals(map.values());
        }
        if (value instanceof Optional<?> optional) {
            return optional.isEmpty() || saysAllByEquals(optional.get());
        }
        return value instanceof Enum<?> || SAYS_ALL.get(value.getClass());
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

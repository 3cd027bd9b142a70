package dev.joiner.spi;

import dev.joiner.merge.Parts;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Compares a value with what came back from its codec, and says where they differ.
 *
 * <p>Values that are equal do not differ. Of others, records, parts, arrays, lists, maps and optionals are compared part by part, so
 * that an array in a record is no difference. What is left is taken for different if its class changed, or if the class has an
 * {@code equals} of its own; a class without one cannot say.
 */
public final class ReadBack {
    private ReadBack() {}

    /** Where and how the two differ, in words; null if they do not. */
    public static @Nullable String difference(@Nullable Object written, @Nullable Object read) {
        return difference(written, read, "the value");
    }

    private static @Nullable String difference(@Nullable Object written, @Nullable Object read, String where) {
        if (Objects.deepEquals(written, read)) {
            return null;
        }
        if (written == null || read == null) {
            return where + " was " + nameOf(written) + " and comes back as " + nameOf(read);
        }
        if (written instanceof Parts parts && read instanceof Parts other) {
            String difference = ofMaps(parts.toMap(), other.toMap(), where);
            return difference != null
                    ? difference
                    : difference(parts.completeSince(), other.completeSince(), where + ".completeSince");
        }
        if (written instanceof List<?> list && read instanceof List<?> other) {
            return ofLists(list, other, where);
        }
        if (written instanceof Map<?, ?> map && read instanceof Map<?, ?> other) {
            return ofMaps(map, other, where);
        }
        if (written.getClass() != read.getClass()) {
            return where + " was " + nameOf(written) + " and comes back as " + nameOf(read);
        }
        if (written.getClass().isArray()) {
            return ofArrays(written, read, where);
        }
        if (written instanceof Optional<?> optional && read instanceof Optional<?> other) {
            return difference(optional.orElse(null), other.orElse(null), where);
        }
        if (written instanceof Record) {
            return ofRecords(written, read, where);
        }
        return hasEquals(written) ? where + " (" + nameOf(written) + ") does not come back equal" : null;
    }

    private static @Nullable String ofLists(List<?> written, List<?> read, String where) {
        if (written.size() != read.size()) {
            return where + " had " + written.size() + " elements and comes back with " + read.size();
        }
        Iterator<?> others = read.iterator();
        int index = 0;
        for (Object element : written) {
            String difference = difference(element, others.next(), where + "[" + index++ + "]");
            if (difference != null) {
                return difference;
            }
        }
        return null;
    }

    private static @Nullable String ofMaps(Map<?, ?> written, Map<?, ?> read, String where) {
        if (!written.keySet().equals(read.keySet())) {
            return where + " does not come back with the same keys";
        }
        for (Map.Entry<?, ?> entry : written.entrySet()) {
            String difference =
                    difference(entry.getValue(), read.get(entry.getKey()), where + "[" + entry.getKey() + "]");
            if (difference != null) {
                return difference;
            }
        }
        return null;
    }

    private static @Nullable String ofArrays(Object written, Object read, String where) {
        int length = Array.getLength(written);
        if (length != Array.getLength(read)) {
            return where + " had " + length + " elements and comes back with " + Array.getLength(read);
        }
        for (int i = 0; i < length; i++) {
            String difference = difference(Array.get(written, i), Array.get(read, i), where + "[" + i + "]");
            if (difference != null) {
                return difference;
            }
        }
        return null;
    }

    private static @Nullable String ofRecords(Object written, Object read, String where) {
        for (RecordComponent component : written.getClass().getRecordComponents()) {
            String at = where + "." + component.getName();
            try {
                Method accessor = component.getAccessor();
                accessor.setAccessible(true);
                String difference = difference(accessor.invoke(written), accessor.invoke(read), at);
                if (difference != null) {
                    return difference;
                }
            } catch (InvocationTargetException e) {
                return at + " cannot be read: " + e.getCause();
            } catch (IllegalAccessException | RuntimeException e) {
                // A record of a module that is not open to this one: its equals has the last word.
                return where + " (" + nameOf(written) + ") does not come back equal";
            }
        }
        return null;
    }

    private static boolean hasEquals(Object object) {
        try {
            return object.getClass().getMethod("equals", Object.class).getDeclaringClass() != Object.class;
        } catch (NoSuchMethodException e) {
            throw new AssertionError(e);
        }
    }

    private static String nameOf(@Nullable Object object) {
        return object == null ? "null" : object.getClass().getName();
    }
}

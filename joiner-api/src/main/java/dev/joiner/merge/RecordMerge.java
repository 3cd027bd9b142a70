package dev.joiner.merge;

import dev.joiner.internal.record.RecordType;
import dev.joiner.internal.record.RecordType.Component;
import dev.joiner.internal.record.Sneaky;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The merge of two records as one method handle, and the question whether a record is complete as another, put together once out of
 * the accessors, the rules and the constructor.
 */
final class RecordMerge<T> {
    private static final MethodHandle RULE;
    private static final MethodHandle ARE_SAME;
    private static final MethodHandle IS_THERE;
    private static final MethodHandle IS_COMPLETE;

    static {
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        try {
            RULE = lookup.findVirtual(
                    Rule.class, "merge", MethodType.methodType(Object.class, Object.class, Object.class));
            ARE_SAME = lookup.findStatic(
                    Sameness.class, "areSame", MethodType.methodType(boolean.class, Object.class, Object.class));
            IS_THERE = lookup.findStatic(Objects.class, "nonNull", MethodType.methodType(boolean.class, Object.class));
            IS_COMPLETE = lookup.findVirtual(
                    RecordMerge.class, "isComplete", MethodType.methodType(boolean.class, Object.class));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** A component with its rule; {@code nested} if it is a record that is merged by its components. */
    record Merged(Component component, Rule rule, @Nullable RecordMerge<?> nested) {
        /** Primitives are always there, and an Optional says that it may be empty. */
        boolean isRequired() {
            return !component.isNullable()
                    && !component.type().isPrimitive()
                    && !Rule.EMPTY.containsKey(component.type());
        }
    }

    private static final int MAX_SLOTS = 250;

    private final List<Merged> components;
    private final MethodHandle merge;
    private final MethodHandle same;
    private final MethodHandle complete;

    RecordMerge(RecordType<T> type, List<Merged> components) {
        this.components = components;
        requireFew(type);
        merge = merge(type, components).asType(MethodType.methodType(Object.class, Object.class, Object.class));
        same = same(type, components).asType(MethodType.methodType(boolean.class, Object.class, Object.class));
        complete = complete(type, components).asType(MethodType.methodType(boolean.class, Object.class));
    }

    /** A method handle has at most 255 parameters, of which a long or a double takes two. */
    private static void requireFew(RecordType<?> type) {
        int slots = type.constructor().type().parameterList().stream()
                .mapToInt(parameter -> parameter == long.class || parameter == double.class ? 2 : 1)
                .sum();
        if (slots > MAX_SLOTS) {
            throw new IllegalArgumentException("record " + type.type().getName() + " has "
                    + type.components().size() + " components, too many to be merged: up to " + MAX_SLOTS
                    + " can be, where a long and a double count twice");
        }
    }

    /** {@code (T message, T pending) -> new T(rule(message.a(), pending.a()), …)}. */
    private static MethodHandle merge(RecordType<?> type, List<Merged> components) {
        int count = components.size();
        MethodHandle merge = MethodHandles.dropArguments(type.constructor(), count, type.type(), type.type());
        for (int i = count - 1; i >= 0; i--) {
            Component component = components.get(i).component();
            MethodHandle rule = RULE.bindTo(components.get(i).rule())
                    .asType(MethodType.methodType(component.type(), component.type(), component.type()));
            MethodHandle merged = MethodHandles.filterArguments(rule, 0, component.accessor(), component.accessor());
            merge = MethodHandles.foldArguments(merge, i, merged);
        }
        return merge;
    }

    /**
     * {@code (T merged, T pending) -> areSame(merged.a(), pending.a()) && …}: the record's own {@code equals} may look at its id
     * alone.
     */
    private static MethodHandle same(RecordType<?> type, List<Merged> components) {
        MethodHandle no = constant(false, type.type(), type.type());
        MethodHandle same = constant(true, type.type(), type.type());
        for (int i = components.size() - 1; i >= 0; i--) {
            Component component = components.get(i).component();
            MethodHandle isSame = MethodHandles.filterArguments(
                    ARE_SAME.asType(MethodType.methodType(boolean.class, component.type(), component.type())),
                    0,
                    component.accessor(),
                    component.accessor());
            same = MethodHandles.guardWithTest(isSame, same, no);
        }
        return same;
    }

    /** {@code (T value) -> value.a() != null && …}. */
    private static MethodHandle complete(RecordType<?> type, List<Merged> components) {
        MethodHandle no = constant(false, type.type());
        MethodHandle complete = constant(true, type.type());
        for (int i = components.size() - 1; i >= 0; i--) {
            Merged merged = components.get(i);
            RecordMerge<?> nested = merged.nested();
            if (merged.isRequired()) {
                MethodHandle test = nested == null ? IS_THERE : IS_COMPLETE.bindTo(nested);
                Component component = merged.component();
                MethodHandle isThere = MethodHandles.filterArguments(
                        test.asType(MethodType.methodType(boolean.class, component.type())), 0, component.accessor());
                complete = MethodHandles.guardWithTest(isThere, complete, no);
            }
        }
        return complete;
    }

    private static MethodHandle constant(boolean value, Class<?>... parameters) {
        return MethodHandles.dropArguments(MethodHandles.constant(boolean.class, value), 0, parameters);
    }

    /** Returns {@code pending} itself if the message changes nothing. */
    Object merge(Object message, Object pending) {
        try {
            Object merged = (Object) merge.invokeExact(message, pending);
            return (boolean) same.invokeExact(merged, pending) ? pending : merged;
        } catch (Throwable e) {
            throw Sneaky.thrown(e);
        }
    }

    boolean isComplete(@Nullable Object value) {
        if (value == null) {
            return false;
        }
        try {
            return (boolean) complete.invokeExact(value);
        } catch (Throwable e) {
            throw Sneaky.thrown(e);
        }
    }

    /** The names of the required components that are not there; those of a nested record follow its own, after a dot. */
    List<String> missing(Object value) {
        List<String> missing = new ArrayList<>();
        missing(value, "", missing);
        return List.copyOf(missing);
    }

    private void missing(Object value, String prefix, List<String> missing) {
        for (Merged merged : components) {
            if (merged.isRequired()) {
                Object part = read(merged.component(), value);
                String name = prefix + merged.component().name();
                if (part == null) {
                    missing.add(name);
                } else if (merged.nested() != null) {
                    merged.nested().missing(part, name + ".", missing);
                }
            }
        }
    }

    private static @Nullable Object read(Component component, Object value) {
        try {
            return component.accessor().invoke(value);
        } catch (Throwable e) {
            throw Sneaky.thrown(e);
        }
    }
}

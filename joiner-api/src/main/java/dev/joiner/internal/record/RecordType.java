package dev.joiner.internal.record;

import java.lang.annotation.Annotation;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record class: method handles to read its components and to make its instances, looked up once.
 *
 * @param constructor the canonical one, with the components' own types
 */
public record RecordType<T>(Class<T> type, List<Component> components, MethodHandle constructor) {

    /**
     * One component.
     *
     * @param accessor takes the record, and returns the component's own type
     * @param isNullable whether an annotation named Nullable is on the component or on what is made of it
     */
    public record Component(String name, Class<?> type, MethodHandle accessor, boolean isNullable) {}

    /**
     * Looks a record class up.
     *
     * @param lookup null to do with what is open to this module
     * @throws IllegalArgumentException if the class is not a record, or may not be read
     */
    public static <T> RecordType<T> of(Class<T> type, @Nullable Lookup lookup) {
        if (!type.isRecord()) {
            throw new IllegalArgumentException(type.getName() + " is not a record");
        }
        Constructor<T> constructor = canonical(type);
        Parameter[] parameters = constructor.getParameters();
        RecordComponent[] declared = type.getRecordComponents();
        List<Component> components = new ArrayList<>();
        try {
            Lookup access = lookup == null ? MethodHandles.publicLookup() : MethodHandles.privateLookupIn(type, lookup);
            for (int i = 0; i < declared.length; i++) {
                Method accessor = declared[i].getAccessor();
                if (lookup == null) {
                    accessor.setAccessible(true);
                }
                components.add(new Component(
                        declared[i].getName(),
                        declared[i].getType(),
                        access.unreflect(accessor),
                        isNullable(declared[i], parameters[i])));
            }
            if (lookup == null) {
                constructor.setAccessible(true);
            }
            return new RecordType<>(type, List.copyOf(components), access.unreflectConstructor(constructor));
        } catch (IllegalAccessException | InaccessibleObjectException e) {
            throw new IllegalArgumentException(problem(type, lookup), e);
        }
    }

    private static String problem(Class<?> type, @Nullable Lookup lookup) {
        String problem = "record " + type.getName() + " cannot be read";
        if (lookup != null) {
            return problem + " with the lookup of " + lookup.lookupClass().getName();
        }
        Module self = RecordType.class.getModule();
        return problem + ": its module " + type.getModule().getName() + " lacks \"opens " + type.getPackageName()
                + (self.isNamed() ? " to " + self.getName() : "") + ";\"; or pass MethodHandles.lookup()";
    }

    private static <T> Constructor<T> canonical(Class<T> type) {
        Class<?>[] parameters = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            return type.getDeclaredConstructor(parameters);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(
                    type.getName() + " has no canonical constructor", e); // every record has one
        }
    }

    /** An annotation may be kept in any of these places, depending on what it can be put on. */
    private static boolean isNullable(RecordComponent component, Parameter parameter) {
        return isNullable(component)
                || isNullable(component.getAnnotatedType())
                || isNullable(component.getAccessor())
                || isNullable(component.getAccessor().getAnnotatedReturnType())
                || isNullable(parameter)
                || isNullable(parameter.getAnnotatedType())
                || isNullable(field(component));
    }

    private static AnnotatedElement field(RecordComponent component) {
        try {
            return component.getDeclaringRecord().getDeclaredField(component.getName());
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException(component + " has no field", e); // every component has one
        }
    }

    private static boolean isNullable(AnnotatedElement element) {
        for (Annotation annotation : element.getAnnotations()) {
            if (annotation.annotationType().getSimpleName().equals("Nullable")) {
                return true;
            }
        }
        return false;
    }
}

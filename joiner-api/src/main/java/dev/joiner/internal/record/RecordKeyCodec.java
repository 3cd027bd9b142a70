package dev.joiner.internal.record;

import dev.joiner.KeyCodec;
import dev.joiner.internal.record.RecordType.Component;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Records as the text of their components, with slashes between.
 *
 * <p>Two keys have the same text only if they are equal: a slash stands between components alone, and all records of a class have the
 * same number of components. So nested records need no brackets; only if they could be null they would.
 */
public final class RecordKeyCodec<K> implements KeyCodec<K> {
    private static final String NULL = "%null";

    private final Class<K> type;
    private final Shape shape;

    /**
     * Creates a codec.
     *
     * @param lookup null to do with what is open to this module
     */
    public RecordKeyCodec(Class<K> type, @Nullable Lookup lookup) {
        this.type = type;
        shape = Shape.of(type, lookup, new HashSet<>());
    }

    @Override
    public String encode(K key) {
        List<String> texts = new ArrayList<>();
        shape.encode(key, texts);
        return String.join("/", texts);
    }

    @Override
    public K decode(String text) {
        Iterator<String> texts = Arrays.asList(text.split("/", -1)).iterator();
        Object key = shape.decode(texts);
        if (texts.hasNext()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not a " + type.getName() + ": it has too many parts");
        }
        return type.cast(key);
    }

    /** A component, or all components of a record. */
    private sealed interface Node {
        /** Adds a text for each component. */
        void encode(@Nullable Object value, List<String> texts);

        /** Takes as many texts. */
        @Nullable
        Object decode(Iterator<String> texts);
    }

    /** A component that is one text. */
    private record Leaf(String name, TextForm form) implements Node {
        @Override
        public void encode(@Nullable Object value, List<String> texts) {
            texts.add(value == null ? NULL : escaped(form.text(value)));
        }

        private static String escaped(String text) {
            return text.replace("%", "%25").replace("/", "%2F");
        }

        @Override
        public @Nullable Object decode(Iterator<String> texts) {
            if (!texts.hasNext()) {
                throw new IllegalArgumentException("component " + name + " is missing");
            }
            String text = texts.next();
            return text.equals(NULL) ? null : form.value(unescaped(text));
        }

        private static String unescaped(String text) {
            String plain = text.replace("%2F", "/").replace("%25", "%");
            if (!escaped(plain).equals(text)) {
                throw new IllegalArgumentException("\"" + text + "\" has a % that is neither %25 nor %2F");
            }
            return plain;
        }
    }

    /**
     * A record.
     *
     * @param where the component that it is, or its class
     * @param accessors each from Object to Object
     * @param constructor from Object[] to Object
     */
    private record Shape(String where, List<MethodHandle> accessors, List<Node> nodes, MethodHandle constructor)
            implements Node {

        static Shape of(Class<?> type, @Nullable Lookup lookup, Set<Class<?>> outer) {
            return of(type, type.getName(), lookup, outer);
        }

        private static Shape of(Class<?> type, String where, @Nullable Lookup lookup, Set<Class<?>> outer) {
            RecordType<?> record = RecordType.of(type, lookup);
            if (record.components().isEmpty()) {
                throw new IllegalArgumentException("record " + type.getName() + " has no components");
            }
            if (!outer.add(type)) {
                throw new IllegalArgumentException("record " + type.getName() + " contains itself");
            }
            List<MethodHandle> accessors = new ArrayList<>();
            List<Node> nodes = new ArrayList<>();
            for (Component component : record.components()) {
                String name = component.name() + " of " + type.getName();
                accessors.add(component.accessor().asType(MethodType.methodType(Object.class, Object.class)));
                nodes.add(
                        component.type().isRecord()
                                ? of(component.type(), name, lookup, outer)
                                : new Leaf(name, form(name, component.type())));
            }
            outer.remove(type);
            MethodHandle constructor = record.constructor()
                    .asSpreader(Object[].class, nodes.size())
                    .asType(MethodType.methodType(Object.class, Object[].class));
            return new Shape(where, accessors, nodes, constructor);
        }

        private static TextForm form(String name, Class<?> type) {
            return TextForm.of(type)
                    .orElseThrow(() -> new IllegalArgumentException("component " + name + " is a " + type.getName()
                            + ": a key is made of strings, booleans, numbers, enums, UUIDs, java.time and records of"
                            + " these"));
        }

        @Override
        public void encode(@Nullable Object value, List<String> texts) {
            if (value == null) {
                throw new IllegalArgumentException(where + " is null, which a record in a key must not be");
            }
            for (int i = 0; i < nodes.size(); i++) {
                nodes.get(i).encode(read(accessors.get(i), value), texts);
            }
        }

        private static @Nullable Object read(MethodHandle accessor, Object value) {
            try {
                return (Object) accessor.invokeExact(value);
            } catch (Throwable e) {
                throw Sneaky.thrown(e);
            }
        }

        @Override
        public Object decode(Iterator<String> texts) {
            @Nullable Object[] values = new Object[nodes.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = nodes.get(i).decode(texts);
            }
            try {
                return (Object) constructor.invokeExact(values);
            } catch (Throwable e) {
                throw Sneaky.thrown(e);
            }
        }
    }
}

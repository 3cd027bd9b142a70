package dev.joiner.codec.jackson3;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.NopAnnotationIntrospector;

/**
 * Refuses {@link JsonTypeInfo} by name of class, and leaves all else to the introspector behind it.
 *
 * <p>Jackson asks before it writes and before it reads a type, also one that it meets on the way only.
 */
final class ClassNamesRefused extends NopAnnotationIntrospector {
    private static final long serialVersionUID = 1L;

    @Override
    public JsonTypeInfo.@Nullable Value findPolymorphicTypeInfo(MapperConfig<?> config, Annotated annotated) {
        JsonTypeInfo typeInfo = annotated.getAnnotation(JsonTypeInfo.class);
        if (typeInfo != null
                && (typeInfo.use() == JsonTypeInfo.Id.CLASS || typeInfo.use() == JsonTypeInfo.Id.MINIMAL_CLASS)) {
            throw new IllegalArgumentException("@JsonTypeInfo(use = " + typeInfo.use() + ") on " + annotated.getName()
                    + ": a document may not name classes, only what use = NAME stands for");
        }
        return null;
    }
}

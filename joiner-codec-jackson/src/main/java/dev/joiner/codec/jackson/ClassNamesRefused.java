package dev.joiner.codec.jackson;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedClass;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.NopAnnotationIntrospector;
import com.fasterxml.jackson.databind.jsontype.TypeResolverBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Refuses {@link JsonTypeInfo} by name of class, and leaves all else to the introspector behind it.
 *
 * <p>Jackson asks before it writes and before it reads a type, also one that it meets on the way only.
 */
final class ClassNamesRefused extends NopAnnotationIntrospector {
    private static final long serialVersionUID = 1L;

    @Override
    public @Nullable TypeResolverBuilder<?> findTypeResolver(
            MapperConfig<?> config, AnnotatedClass type, JavaType baseType) {
        return undecided(type);
    }

    @Override
    public @Nullable TypeResolverBuilder<?> findPropertyTypeResolver(
            MapperConfig<?> config, AnnotatedMember property, JavaType baseType) {
        return undecided(property);
    }

    @Override
    public @Nullable TypeResolverBuilder<?> findPropertyContentTypeResolver(
            MapperConfig<?> config, AnnotatedMember property, JavaType containerType) {
        return undecided(property);
    }

    private static @Nullable TypeResolverBuilder<?> undecided(Annotated annotated) {
        JsonTypeInfo typeInfo = annotated.getAnnotation(JsonTypeInfo.class);
        if (typeInfo != null
                && (typeInfo.use() == JsonTypeInfo.Id.CLASS || typeInfo.use() == JsonTypeInfo.Id.MINIMAL_CLASS)) {
            throw new IllegalArgumentException("@JsonTypeInfo(use = " + typeInfo.use() + ") on " + annotated.getName()
                    + ": a document may not name classes, only what use = NAME stands for");
        }
        return null;
    }
}

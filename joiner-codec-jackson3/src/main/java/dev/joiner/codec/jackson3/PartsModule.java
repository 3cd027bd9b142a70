package dev.joiner.codec.jackson3;

import dev.joiner.merge.Part;
import dev.joiner.merge.Parts;
import dev.joiner.merge.PartsMerge;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.deser.AbstractDeserializer;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.jsontype.TypeSerializer;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;
import tools.jackson.databind.type.TypeFactory;

/**
 * Parts as an object with a field for each part that is there, of the part's own class. A name that is not a part's is that of the
 * time since when they are complete.
 */
final class PartsModule extends SimpleModule {
    private static final long serialVersionUID = 1L;
    private static final String COMPLETE_SINCE = "@completeSince";

    PartsModule(PartsMerge merge, TypeFactory types) {
        Map<String, JavaType> typesOfParts = types(merge, types);
        Set<String> collected =
                merge.parts().stream().filter(Part::isCollected).map(Part::name).collect(Collectors.toSet());
        addSerializer(Parts.class, new Serializer(typesOfParts, collected));
        addDeserializer(Parts.class, new Deserializer(merge, typesOfParts, collected));
    }

    /** The types of the parts' messages, by name. */
    static Map<String, JavaType> types(PartsMerge merge, TypeFactory types) {
        Map<String, JavaType> byName = new LinkedHashMap<>();
        for (Part<?> part : merge.parts()) {
            byName.put(part.name(), types.constructType(part.messages()));
        }
        return byName;
    }

    private static final class Serializer extends StdSerializer<Parts> {
        private static final long serialVersionUID = 1L;

        private final transient Map<String, JavaType> types;
        private final transient Set<String> collected;

        Serializer(Map<String, JavaType> types, Set<String> collected) {
            super(Parts.class);
            this.types = types;
            this.collected = collected;
        }

        @Override
        public void serialize(Parts parts, JsonGenerator out, SerializationContext context) {
            out.writeStartObject(parts);
            for (Map.Entry<String, Object> part : parts.toMap().entrySet()) {
                JavaType type = types.get(part.getKey());
                if (type == null) {
                    throw DatabindException.from(
                            out, "part \"" + part.getKey() + "\" is none of the parts " + types.keySet());
                }
                out.writeName(part.getKey());
                if (collected.contains(part.getKey())) {
                    List<?> messages = (List<?>) part.getValue();
                    out.writeStartArray(messages, messages.size());
                    for (Object message : messages) {
                        write(message, type, out, context);
                    }
                    out.writeEndArray();
                } else {
                    write(part.getValue(), type, out, context);
                }
            }
            if (parts.completeSince().isPresent()) {
                out.writeStringProperty(
                        COMPLETE_SINCE, parts.completeSince().orElseThrow().toString());
            }
            out.writeEndObject();
        }

        /** With all that the message's own class has, and with the name that its part's class has for that. */
        private static void write(Object message, JavaType type, JsonGenerator out, SerializationContext context) {
            ValueSerializer<Object> serializer = context.findValueSerializer(message.getClass());
            TypeSerializer named = context.findTypeSerializer(type);
            if (named == null) {
                serializer.serialize(message, out, context);
            } else {
                serializer.serializeWithType(message, out, context, named);
            }
        }
    }

    private static final class Deserializer extends StdDeserializer<Parts> {
        private static final long serialVersionUID = 1L;

        private final transient PartsMerge merge;
        private final transient Map<String, JavaType> types;
        private final transient Set<String> collected;

        Deserializer(PartsMerge merge, Map<String, JavaType> types, Set<String> collected) {
            super(Parts.class);
            this.merge = merge;
            this.types = types;
            this.collected = collected;
        }

        /** An abstract class without type information can be written, and never be read. */
        @Override
        public void resolve(DeserializationContext context) {
            for (Map.Entry<String, JavaType> part : types.entrySet()) {
                JavaType type = part.getValue();
                if (type.isAbstract() && context.findRootValueDeserializer(type) instanceof AbstractDeserializer) {
                    context.reportBadDefinition(
                            type,
                            "part \"" + part.getKey() + "\": " + type.toCanonical()
                                    + " is abstract, and nothing in a document"
                                    + " says which class to make of it: annotate it with @JsonTypeInfo(use = Id.NAME)");
                }
            }
        }

        /** Also without a mapper that fails on unknown properties: what was a message must not be forgotten. */
        @Override
        public Parts deserialize(JsonParser in, DeserializationContext context) {
            if (!in.isExpectedStartObjectToken()) {
                context.handleUnexpectedToken(Parts.class, in);
            }
            Map<String, @Nullable Object> parts = new LinkedHashMap<>();
            Instant completeSince = null;
            while (in.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = in.currentName();
                in.nextToken();
                JavaType type = types.get(name);
                if (type != null) {
                    JavaType value = collected.contains(name)
                            ? context.getTypeFactory().constructCollectionType(List.class, type)
                            : type;
                    if (parts.containsKey(name)) {
                        throw DatabindException.from(in, "part \"" + name + "\" is there twice");
                    }
                    parts.put(name, context.findRootValueDeserializer(value).deserialize(in, context));
                } else if (name.equals(COMPLETE_SINCE)) {
                    completeSince = time(in, context);
                } else {
                    context.reportInputMismatch(
                            Parts.class, "part \"%s\" is none of the parts %s", name, types.keySet());
                }
            }
            return merge.restored(parts, completeSince);
        }

        private static Instant time(JsonParser in, DeserializationContext context) {
            String text = in.getValueAsString("");
            try {
                return Instant.parse(text);
            } catch (DateTimeParseException e) {
                return (Instant) context.handleWeirdStringValue(Instant.class, text, e.getMessage());
            }
        }
    }
}

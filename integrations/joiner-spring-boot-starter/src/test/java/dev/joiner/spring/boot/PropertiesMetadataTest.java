package dev.joiner.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.ClassUtils;

/** What editors and {@code docs/spring-boot.md} say of the properties is what {@link JoinerProperties} has. */
class PropertiesMetadataTest {
    private static final Path DOCUMENT = Path.of("..", "..", "docs", "spring-boot.md");

    /** Properties of Spring Boot's own, which have no class here. */
    private static final Set<String> OF_THE_ACTUATOR =
            Set.of("management.endpoint.joins.access", "management.health.joins.enabled");

    private static JsonNode metadata() throws IOException {
        try (InputStream file =
                JoinerProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            return new ObjectMapper().readTree(file);
        }
    }

    private static Map<String, String> described() throws IOException {
        Map<String, String> properties = new TreeMap<>();
        for (JsonNode property : metadata().get("properties")) {
            properties.put(
                    property.get("name").asText(),
                    property.get("type").asText() + ", default "
                            + property.path("defaultValue").asText("none"));
        }
        return properties;
    }

    private static Map<String, String> bound(String prefix, Class<?> type) {
        Map<String, String> properties = new TreeMap<>();
        RecordComponent[] components = type.getRecordComponents();
        for (int i = 0; i < components.length; i++) {
            RecordComponent component = components[i];
            String name = prefix + kebab(component.getName());
            if (component.getType().isRecord()) {
                properties.putAll(bound(name + ".", component.getType()));
            } else {
                properties.put(
                        name,
                        ClassUtils.resolvePrimitiveIfNecessary(component.getType())
                                        .getName() + ", default " + defaultValue(type, i));
            }
        }
        return properties;
    }

    /** The annotation is one of parameters, so that it is on those of the constructor. */
    private static String defaultValue(Class<?> type, int component) {
        return Arrays.stream(type.getDeclaredConstructors()[0].getParameterAnnotations()[component])
                .filter(DefaultValue.class::isInstance)
                .map(annotation -> ((DefaultValue) annotation).value()[0])
                .findFirst()
                .orElse("none");
    }

    private static String kebab(String name) {
        return Pattern.compile("[A-Z]")
                .matcher(name)
                .replaceAll(letter -> "-" + letter.group().toLowerCase(Locale.ROOT));
    }

    @Test
    void metadataHasThePropertiesThatAreBound() throws IOException {
        Map<String, String> described = described();
        assertThat(described).containsKeys(OF_THE_ACTUATOR.toArray(String[]::new));
        described.keySet().removeAll(OF_THE_ACTUATOR);

        assertThat(described).isEqualTo(bound("joiner.", JoinerProperties.class));
    }

    @Test
    void everyPropertyIsDescribed() throws IOException {
        assertThat(metadata().get("properties"))
                .allSatisfy(property ->
                        assertThat(property.path("description").asText()).endsWith("."));
    }

    @Test
    void tableOfTheDocumentationIsTheMetadata() throws IOException {
        Set<String> rows = new TreeSet<>();
        for (JsonNode property : metadata().get("properties")) {
            String value = property.path("defaultValue").asText("");
            rows.add("| `" + property.get("name").asText() + "` | " + (value.isEmpty() ? "" : "`" + value + "`") + " | "
                    + property.get("description").asText() + " |");
        }

        Set<String> documented = Files.readString(DOCUMENT)
                .lines()
                .filter(line -> line.startsWith("| `joiner.") || line.startsWith("| `management."))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(documented).isEqualTo(rows);
    }
}

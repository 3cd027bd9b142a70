package dev.joiner.conventions;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** The POM of the page on tests says what the project's own POM says. */
class TestingPageTest {
    private static final Pattern XML = Pattern.compile("```xml\n(.*?)```", Pattern.DOTALL);

    private final Document page =
            parsed(Project.groups(XML, Project.read("docs/testing.md")).get(0));
    private final Document own = parsed(Project.pom("."));

    private static Document parsed(String xml) {
        try {
            DocumentBuilder builder =
                    DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder();
            return builder.parse(new InputSource(new StringReader(xml)));
        } catch (Exception e) {
            throw new AssertionError(xml, e);
        }
    }

    /** The versions of dependencies or plugins, by artifact. */
    private static Map<String, String> versions(Document pom, String element) {
        Map<String, String> versions = new TreeMap<>();
        NodeList found = pom.getElementsByTagName(element);
        for (int i = 0; i < found.getLength(); i++) {
            Element one = (Element) found.item(i);
            NodeList version = one.getElementsByTagName("version");
            if (version.getLength() > 0) {
                versions.putIfAbsent(text(one, "artifactId"), version.item(0).getTextContent());
            }
        }
        return versions;
    }

    private static String text(Element parent, String element) {
        return parent.getElementsByTagName(element).item(0).getTextContent();
    }

    private static String first(Document pom, String element) {
        return text(pom.getDocumentElement(), element);
    }

    @Test
    void dependenciesHaveTheVersionsOfTheBuild() {
        String joiner = first(own, "version");

        assertThat(versions(page, "dependency"))
                .containsExactly(
                        Map.entry("joiner-store-memory", joiner),
                        Map.entry("joiner-testing", joiner),
                        Map.entry("junit-jupiter", first(own, "junit.version")));
    }

    @Test
    void pluginsHaveTheVersionsOfTheBuild() {
        Map<String, String> built = versions(own, "plugin");

        assertThat(versions(page, "plugin"))
                .hasSize(2)
                .allSatisfy((plugin, version) -> assertThat(built).containsEntry(plugin, version));
        assertThat(first(page, "maven.compiler.release")).isEqualTo(first(own, "maven.compiler.release"));
    }
}

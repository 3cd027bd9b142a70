package dev.joiner.conventions;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code docs/architecture.md} says what is so. */
class ArchitectureDocumentTest {
    private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();

    private static String document() throws IOException {
        return Files.readString(ROOT.resolve("docs/architecture.md"));
    }

    @Test
    void tableOfStatesIsWhatJoinersDo() throws IOException {
        assertThat(document()).contains("<!-- states -->\n" + StateTable.markdown() + "<!-- end -->");
    }

    @Test
    void eachModuleIsThere() throws IOException {
        Pattern module = Pattern.compile("<module>([a-z-]+)</module>");
        Set<String> modules = module.matcher(
                        Files.readString(ROOT.resolve("pom.xml")) + Files.readString(ROOT.resolve("internal/pom.xml")))
                .results()
                .map(match -> match.group(1))
                .filter(name -> !name.equals("internal"))
                .collect(Collectors.toSet());
        Set<String> named = Pattern.compile("^\\| `(joiner-[a-z-]+)`", Pattern.MULTILINE)
                .matcher(document())
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toSet());

        assertThat(named).isEqualTo(modules);
    }
}

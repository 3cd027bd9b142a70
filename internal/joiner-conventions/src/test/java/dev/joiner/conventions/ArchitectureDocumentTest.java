package dev.joiner.conventions;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code docs/architecture.md} says what is so. */
class ArchitectureDocumentTest {
    private static final Pattern ROW = Pattern.compile("^\\| `(joiner-[a-z0-9-]+)`", Pattern.MULTILINE);

    private final String document = Project.read("docs/architecture.md");

    @Test
    void tableOfStatesIsWhatJoinersDo() {
        assertThat(document).contains("<!-- states -->\n" + StateTable.markdown() + "<!-- end -->");
    }

    @Test
    void eachModuleIsThere() {
        assertThat(Project.groups(ROW, document))
                .containsExactlyInAnyOrderElementsOf(
                        Project.modules("module", Project.pom(".") + Project.pom("internal")));
    }
}

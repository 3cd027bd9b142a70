package dev.joiner.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MarkedRegionTest {
    @TempDir
    private Path folder;

    private Path document;

    @BeforeEach
    void setUp() {
        document = folder.resolve("document.md");
    }

    @Test
    void onlyWhatIsBetweenTheMarksIsReplaced() throws Exception {
        Files.writeString(document, "before\n<!-- measured:begin -->\n\nold\n<!-- measured:end -->\nafter\n");

        new MarkedRegion(document).replace("new\n");
        new MarkedRegion(document).replace("newer\n");

        assertThat(document).hasContent("before\n<!-- measured:begin -->\n\nnewer\n\n<!-- measured:end -->\nafter\n");
    }

    @Test
    void documentWithoutMarksIsLeftAlone() throws Exception {
        Files.writeString(document, "before\n<!-- measured:end -->\n<!-- measured:begin -->\n");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MarkedRegion(document).replace("new"))
                .withMessageContaining("document.md");

        assertThat(document).hasContent("before\n<!-- measured:end -->\n<!-- measured:begin -->\n");
    }

    @Test
    void projectsDocumentHasTheMarks() throws Exception {
        Files.copy(Path.of("..", "..", "docs", "benchmarks.md"), document);

        new MarkedRegion(document).replace("new");

        assertThat(document).content().contains("new");
    }
}

package dev.joiner.conventions;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What users can depend on is what the BOM has versions of. */
class PublishedModulesTest {
    private static boolean isLibrary(String module) {
        String pom = Project.pom(module);
        return !pom.contains("<maven.deploy.skip>true") && !pom.contains("<packaging>pom") && !isProgram(pom);
    }

    private static boolean isProgram(String pom) {
        return pom.contains("<mainClass>");
    }

    @Test
    void bomHasTheLibrariesAndNothingElse() {
        List<String> modules = Project.modules("module", Project.pom("."));
        assertThat(modules).hasSizeGreaterThan(8);

        assertThat(Project.modules("artifactId", Project.pom("joiner-bom")))
                .filteredOn(name -> !name.equals("joiner-bom"))
                .containsExactlyInAnyOrderElementsOf(
                        modules.stream().filter(PublishedModulesTest::isLibrary).toList());
    }

    @Test
    void bomHasTheVersionOfAllOthers() {
        Pattern version = Pattern.compile("<version>([^$<]+)</version>");

        assertThat(Stream.of("joiner-bom", "joiner-api")
                        .map(module ->
                                Project.groups(version, Project.pom(module)).get(0)))
                .doesNotContain("")
                .allMatch(found -> found.endsWith("-SNAPSHOT") || found.matches("[0-9.]+"))
                .satisfies(found -> assertThat(found.get(0)).isEqualTo(found.get(1)));
    }
}

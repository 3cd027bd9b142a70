package dev.joiner.conventions;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What users can depend on is what the BOM has versions of. */
class PublishedModulesTest {
    private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();

    private static List<String> all(String element, String text) {
        return Pattern.compile("<" + element + ">(joiner-[a-z-]+)</" + element + ">")
                .matcher(text)
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }

    private static String pom(String module) throws IOException {
        return Files.readString(ROOT.resolve(module).resolve("pom.xml"));
    }

    private static boolean isLibrary(String module) {
        try {
            String pom = pom(module);
            return !pom.contains("<maven.deploy.skip>true") && !pom.contains("<packaging>pom") && !isProgram(pom);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isProgram(String pom) {
        return pom.contains("<mainClass>");
    }

    @Test
    void bomHasTheLibrariesAndNothingElse() throws IOException {
        List<String> modules = all("module", pom("."));
        assertThat(modules).hasSizeGreaterThan(8);

        assertThat(all("artifactId", pom("joiner-bom")))
                .filteredOn(name -> !name.equals("joiner-bom"))
                .containsExactlyInAnyOrderElementsOf(
                        modules.stream().filter(PublishedModulesTest::isLibrary).toList());
    }

    @Test
    void bomHasTheVersionOfAllOthers() throws IOException {
        Pattern version = Pattern.compile("<version>([^$<]+)</version>");

        assertThat(Stream.of(pom("joiner-bom"), pom("joiner-api"))
                        .map(text -> version.matcher(text)
                                .results()
                                .findFirst()
                                .orElseThrow()
                                .group(1)))
                .doesNotContain("")
                .allMatch(found -> found.endsWith("-SNAPSHOT") || found.matches("[0-9.]+"))
                .satisfies(found -> assertThat(found.get(0)).isEqualTo(found.get(1)));
    }
}

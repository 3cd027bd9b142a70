package dev.joiner.conventions;

import static dev.joiner.conventions.Project.ROOT;
import static dev.joiner.conventions.Project.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.JoinSpec;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Java in the documentation is Java that is compiled and tested: each block names a region of the sources, between
 * {@code // snippet:name} and {@code // end:name}, and is equal to it.
 */
class DocumentationTest {
    private static final Pattern REGION =
            Pattern.compile("^ *// snippet:(\\S+)\\n(.*?)^ *// end:\\1$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern BLOCK =
            Pattern.compile("(?:<!-- snippet: (\\S+) -->\\n)?```java\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern SAMPLE =
            Pattern.compile("^( *)\\* <pre>\\{@code\\n(.*?)^ *\\* }</pre>$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]*)(?:#([^)]*))?\\)");
    private static final Pattern HEADING = Pattern.compile("^#+ (.*)$", Pattern.MULTILINE);

    /** Classes that a user begins with; each shows how. */
    private static final Set<String> ENTRY_POINTS = Set.of(
            "Joiner",
            "JoinSpec",
            "KeyedJoiner",
            "Outcome",
            "JoinListener",
            "JoinStores",
            "KeyCodec",
            "Sweeper",
            "InlineJoiner",
            "Records",
            "Part",
            "Collected",
            "Collecting",
            "PartsMerge",
            "MapJoinStore",
            "CaffeineJoinStore",
            "JdbcJoinStore",
            "CallersTransaction",
            "RedisJoinStore",
            "JacksonCodec",
            "Jackson3Codec",
            "MicrometerListener",
            "PendingMetrics",
            "SweepMetrics",
            "HandOverObservation",
            "KafkaStreamsJoin",
            "JoinerTesting",
            "JoinStoreContract");

    @TestFactory
    List<DynamicTest> everyJavaBlockIsTestedCode() throws IOException {
        Map<String, String> regions = regions();
        List<DynamicTest> tests = new ArrayList<>();
        for (Path document : documents()) {
            Matcher block = BLOCK.matcher(read(document));
            while (block.find()) {
                String name = block.group(1);
                String code = block.group(2);
                tests.add(DynamicTest.dynamicTest(ROOT.relativize(document) + " " + name, () -> {
                    assertThat(name).as("the snippet that this is: %s", code).isNotNull();
                    assertThat(code).isEqualTo(regions.get(name));
                }));
            }
        }
        assertThat(tests).isNotEmpty();
        return tests;
    }

    @Test
    void everySampleInJavadocIsTestedCode() throws IOException {
        List<List<String>> regions = regions().values().stream()
                .map(region -> region.lines().toList())
                .toList();
        Set<String> classes = new TreeSet<>();
        for (Path file : sources("main")) {
            Matcher sample = SAMPLE.matcher(read(file));
            while (sample.find()) {
                List<String> code = sample.group(2)
                        .lines()
                        .map(line -> line.strip().equals("*") ? "" : line.substring(sample.end(1) - sample.start() + 2))
                        .toList();
                assertThat(regions)
                        .as("a snippet that has the sample in %s: %s", file, code)
                        .anyMatch(region -> Collections.indexOfSubList(region, code) >= 0);
                classes.add(file.getFileName().toString().replace(".java", ""));
            }
        }

        assertThat(classes).containsAll(ENTRY_POINTS);
    }

    @Test
    void everyRelativeLinkLeadsSomewhere() throws IOException {
        for (Path document : documents()) {
            Matcher link = LINK.matcher(read(document));
            while (link.find()) {
                Path target = link.group(1).isEmpty() ? document : document.resolveSibling(link.group(1));
                assertThat(target).as("link in %s", document).exists();
                if (link.group(2) != null) {
                    assertThat(anchors(target)).as("link in %s", document).contains(link.group(2));
                }
            }
        }
    }

    /** As GitHub makes them of headings. */
    private static List<String> anchors(Path document) {
        return HEADING.matcher(read(document))
                .results()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .toList();
    }

    @Test
    void continuousIntegrationRunsTheTestCommandOfTheReadme() {
        List<String> commands =
                read(".ci/run").lines().filter(line -> line.startsWith("mvn")).toList();

        assertThat(commands)
                .singleElement()
                .satisfies(command -> assertThat(read("README.md")).contains("```sh\n" + command + "\n```"));
    }

    @Test
    void testsThatTheGuideForStoresNamesExist() throws IOException {
        Set<String> named = read("docs/writing-a-store.md")
                .lines()
                .dropWhile(line -> !line.equals("## Running the suites"))
                .filter(line -> line.startsWith("|"))
                .map(line -> line.substring(line.indexOf('|', 1)))
                .flatMap(tests -> Pattern.compile("`(\\w+)`").matcher(tests).results())
                .map(name -> name.group(1))
                .collect(Collectors.toSet());
        Set<String> tests = new HashSet<>();
        try (Stream<Path> files = Files.walk(ROOT.resolve("joiner-store-tck/src"))) {
            files.filter(file -> file.toString().endsWith(".java"))
                    .forEach(file -> tests.addAll(Project.groups(Pattern.compile("void (\\w+)\\("), read(file))));
        }

        assertThat(named).hasSizeGreaterThan(20);
        assertThat(tests).containsAll(named);
    }

    @Test
    void tableOfTheReadmeHasEveryOptionOfASpec() {
        Set<String> options = Arrays.stream(JoinSpec.Builder.class.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
                .map(Method::getName)
                .filter(name -> !name.equals("build"))
                .collect(Collectors.toSet());
        Set<String> documented = read("README.md")
                .lines()
                .dropWhile(line -> !line.startsWith("| option |"))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> line.substring(0, line.indexOf('|', 1)))
                .flatMap(names -> Pattern.compile("`(\\w+)`").matcher(names).results())
                .map(name -> name.group(1))
                .collect(Collectors.toSet());

        assertThat(documented).isEqualTo(options);
    }

    private static Map<String, String> regions() throws IOException {
        Map<String, String> regions = new HashMap<>();
        for (Path file : sources("")) {
            Matcher region = REGION.matcher(read(file));
            while (region.find()) {
                assertThat(regions.put(region.group(1), unindented(region.group(2))))
                        .as("a second snippet %s", region.group(1))
                        .isNull();
            }
        }
        return regions;
    }

    /** The Java files of all modules, under the given folder of {@code src}. */
    private static List<Path> sources(String folder) throws IOException {
        try (Stream<Path> files = Files.find(ROOT, 20, (file, attributes) -> isSource(ROOT.relativize(file), folder))) {
            return files.toList();
        }
    }

    private static boolean isSource(Path file, String folder) {
        int module = file.startsWith("internal") || file.startsWith("integrations") ? 2 : 1;
        return file.toString().endsWith(".java")
                && file.subpath(module, file.getNameCount())
                        .startsWith(Path.of("src").resolve(folder));
    }

    /** {@code stripIndent} counts what follows the last line's end as a line without indentation. */
    private static String unindented(String region) {
        return region.stripTrailing().stripIndent() + "\n";
    }

    private static List<Path> documents() throws IOException {
        try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
            return Stream.concat(
                            docs.filter(file -> file.toString().endsWith(".md")),
                            Stream.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
                                    .map(ROOT::resolve))
                    .toList();
        }
    }
}

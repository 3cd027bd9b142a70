package dev.joiner.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the compiler says of code like a user's: the key and the value of a spec are those of its store and of its joiner. */
class TypesTest {
    private static final String RIGHT = """
            import dev.joiner.*;
            import dev.joiner.store.memory.MapJoinStore;
            import java.util.*;
            import java.util.concurrent.ConcurrentHashMap;

            class User {
                record Part(UUID id, String text) {}

                void use(UUID key) {
                    MapJoinStore<UUID, String> store = MapJoinStore.create();
                    var spec = JoinSpec.joining(Part.class)
                            .keyedBy(Part::id)
                            .<String>mergedBy((part, pending) -> part.text())
                            .sufficientWhen(text -> text.length() > 1)
                            .process((text, handOver) -> {
                                UUID same = handOver.key();
                                return text.length();
                            })
                            .build();
                    KeyedJoiner<Part, UUID, String, Integer> joiner = Joiner.create(spec, store);
                    Joiner<Part, Integer> feeding = joiner;
                    List<PendingJoin<UUID, String>> found = joiner.find(key);
                    List<Outcome<Integer>> released = joiner.release(key);
                    List<PendingJoin<UUID, String>> dropped = joiner.drop(key);
                }
            }
            """;

    @Test
    void codeWithTheTypesOfItsSpecCompiles() {
        assertThat(errors(RIGHT)).isEmpty();
    }

    @Test
    void lambdaMergesIntoValuesOfTheClassThatIsGiven() {
        String withClass = RIGHT.replace(".<String>mergedBy(", ".mergedBy(String.class, ");

        assertThat(withClass).isNotEqualTo(RIGHT);
        assertThat(errors(withClass)).isEmpty();
        assertThat(errors(RIGHT.replace(".<String>mergedBy(", ".mergedBy("))).isNotEmpty();
    }

    @ParameterizedTest(name = "{0} instead of {1}")
    @CsvSource(delimiter = '|', textBlock = """
                    MapJoinStore<String, String> store      | MapJoinStore<UUID, String> store           | Joiner.create(spec, store)
                    MapJoinStore<UUID, Integer> store       | MapJoinStore<UUID, String> store           | Joiner.create(spec, store)
                    String same = handOver.key()            | UUID same = handOver.key()                 | handOver.key()
                    Joiner<String, Integer> feeding         | Joiner<Part, Integer> feeding              | feeding = joiner
                    Joiner<Part, String> feeding            | Joiner<Part, Integer> feeding              | feeding = joiner
                    joiner.find(key.toString())             | joiner.find(key)                           | joiner.find(
                    joiner.release(key.toString())          | joiner.release(key)                        | joiner.release(
                    joiner.drop(key.toString())             | joiner.drop(key)                           | joiner.drop(
                    List<PendingJoin<String, String>> found | List<PendingJoin<UUID, String>> found      | joiner.find(
                    """)
    void codeWithOtherTypesDoesNotCompile(String wrong, String right, String refused) {
        assertThat(RIGHT).containsOnlyOnce(right);

        List<String> errors = errors(RIGHT.replace(right, wrong));

        assertThat(errors)
                .isNotEmpty()
                .allSatisfy(error ->
                        assertThat(error).contains(refused).containsAnyOf("incompatible", "cannot be converted"));
    }

    /** The errors of the compiler, each with the line that it is about. */
    private static List<String> errors(String code) {
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        JavaFileObject file = new SimpleJavaFileObject(URI.create("string:///User.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return code;
            }
        };
        List<String> options = List.of(
                "-proc:none", "-implicit:none", "-cp", System.getProperty("java.class.path"), "-d", "target/tmp");
        ToolProvider.getSystemJavaCompiler()
                .getTask(null, null, diagnostics, options, null, List.of(file))
                .call();
        String[] lines = code.split("\n", -1);
        return diagnostics.getDiagnostics().stream()
                .filter(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
                .map(diagnostic ->
                        lines[(int) diagnostic.getLineNumber() - 1] + "\n" + diagnostic.getMessage(Locale.ROOT))
                .toList();
    }
}

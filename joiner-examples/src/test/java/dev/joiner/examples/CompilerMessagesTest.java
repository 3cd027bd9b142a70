package dev.joiner.examples;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.JoinSpec;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The mistake that the page on mistakes leaves to the compiler: it says what the page says. */
class CompilerMessagesTest {
    private static final Path PAGE = Path.of("..", "docs", "mistakes.md");

    private static final String ORDER = """
            import dev.joiner.JoinSpec;

            record Order(String id, String paidBy, String sentBy) {
                Order and(Order other) {
                    return new Order(id, paidBy != null ? paidBy : other.paidBy, sentBy != null ? sentBy : other.sentBy);
                }

                boolean isWhole() {
                    return paidBy != null && sentBy != null;
                }
            }
            """;

    @TempDir
    Path folder;

    @Test
    void lambdaAloneDoesNotTellWhatTheValuesAre() throws Exception {
        String source = """
                class Orders {
                    static final Object SPEC = JoinSpec.joining(Order.class)
                        .keyedBy(Order::id)
                        // snippet:mistakes-untyped-merge
                        .mergedBy((order, pending) -> pending == null ? order : pending.and(order))
                        .sufficientWhen(Order::isWhole)
                        // end:mistakes-untyped-merge
                        .build();
                }
                """;

        String said = compiled(ORDER + source);

        assertThat(said).startsWith("error: cannot find symbol\n");
        assertThat(Files.readString(PAGE)).contains("```text\n" + said + "\n```");
    }

    @Test
    void lambdaThatFollowsTheClassOfTheValuesCompiles() throws Exception {
        String source = """
                class Orders {
                    static final Object SPEC = JoinSpec.joining(Order.class)
                        .keyedBy(Order::id)
                        // snippet:mistakes-typed-merge
                        .mergedBy(Order.class, (order, pending) -> pending == null ? order : pending.and(order))
                        .sufficientWhen(Order::isWhole)
                        // end:mistakes-typed-merge
                        .build();
                }
                """;

        assertThat(compiled(ORDER + source)).isEmpty();
    }

    /** What the compiler says of a file. */
    private String compiled(String source) throws IOException, URISyntaxException {
        Path file = Files.writeString(folder.resolve("Orders.java"), source);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> said = new DiagnosticCollector<>();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(said, Locale.ENGLISH, null)) {
            List<String> options = List.of("-proc:none", "-cp", classPath(), "-d", folder.toString());
            compiler.getTask(null, files, said, options, null, files.getJavaFileObjects(file))
                    .call();
        }
        return said.getDiagnostics().stream()
                .filter(diagnostic -> diagnostic.getLineNumber() > 0) // of no line is the advice to ask for more
                .map(diagnostic -> diagnostic.getKind().name().toLowerCase(Locale.ROOT) + ": "
                        + diagnostic.getMessage(Locale.ENGLISH).replace("\r\n", "\n"))
                .collect(joining("\n"));
    }

    private static String classPath() throws URISyntaxException {
        StringBuilder path = new StringBuilder();
        for (Class<?> type : List.of(JoinSpec.class, Nullable.class)) {
            path.append(Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI()))
                    .append(File.pathSeparator);
        }
        return path.toString();
    }
}

package dev.joiner.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.JoinSpec;
import java.io.File;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The mistake that the page on mistakes leaves to the compiler: it says what the page says. */
class CompilerMessagesTest {
    private static final Path PAGE = Path.of("..", "docs", "mistakes.md");
    private static final Pattern SAID = Pattern.compile("```text\n(.*?)```", Pattern.DOTALL);

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

        Matcher page = SAID.matcher(Files.readString(PAGE));
        assertThat(page.find()).isTrue();
        assertThat(compiled(ORDER + source)).startsWith(page.group(1));
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

    /** What the compiler prints of a file, in English. */
    private String compiled(String source) throws Exception {
        Files.writeString(folder.resolve("Orders.java"), source);
        String javac = Path.of(System.getProperty("java.home"), "bin", "javac").toString();
        Process process = new ProcessBuilder(
                        javac, "-J-Duser.language=en", "-proc:none", "-cp", classPath(), "-d", "classes", "Orders.java")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        try (InputStream said = process.getInputStream()) {
            return new String(said.readAllBytes(), UTF_8).replace("\r\n", "\n");
        }
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

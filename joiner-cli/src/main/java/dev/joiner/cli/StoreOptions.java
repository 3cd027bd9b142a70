package dev.joiner.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where joins wait. */
final class StoreOptions {
    static final String VARIABLE = "JOINER_STORE";

    @Option(
            names = "--store",
            paramLabel = "URL",
            description = "Where joins wait: memory:, which ends with the process, caffeine:?maximumSize=N, which is"
                    + " bounded, too; jdbc:h2:./joins, a file for one process at a time; jdbc:postgresql://HOST/DB,"
                    + " jdbc:mariadb://HOST/DB or redis://HOST, for any number of processes. What waits there goes on waiting"
                    + " for the next run. @FILE is a file that holds the URL, so that no password stands on the command"
                    + " line. Default: what the environment variable " + VARIABLE
                    + " says; without it, join uses memory:.")
    private @Nullable String store;

    @Option(
            names = "--namespace",
            paramLabel = "N",
            defaultValue = "joiner",
            description = "Keeps these joins apart from others in the same store. Default: ${DEFAULT-VALUE}.")
    private String namespace = "";

    String namespace() {
        return namespace;
    }

    private @Nullable String text(Map<String, String> variables) {
        return store == null ? variables.get(VARIABLE) : store;
    }

    /** The file that holds the URL, if it is in one. */
    Optional<Path> file(Map<String, String> variables) {
        String text = text(variables);
        return text == null || !text.startsWith("@") ? Optional.empty() : Optional.of(Path.of(text.substring(1)));
    }

    /** The store's URL, if one is given. */
    Optional<String> url(Map<String, String> variables) throws IOException {
        String text = text(variables);
        if (text == null || text.isBlank()) {
            Options.check(store == null, "--store: is blank");
            return Optional.empty();
        }
        if (!text.startsWith("@")) {
            return Optional.of(text);
        }
        try {
            String url = Files.readString(Path.of(text.substring(1))).strip();
            Options.check(!url.isEmpty(), "--store: " + text + " is empty");
            return Optional.of(url);
        } catch (IOException e) {
            throw new IOException("--store: " + text.substring(1) + " cannot be read", e);
        }
    }
}

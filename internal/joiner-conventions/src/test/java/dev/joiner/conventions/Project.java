package dev.joiner.conventions;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The files of the project, from its root on. */
final class Project {
    static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();

    private Project() {}

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String read(String file) {
        return read(ROOT.resolve(file));
    }

    static String pom(String module) {
        Path integration = ROOT.resolve("integrations").resolve(module).resolve("pom.xml");
        return Files.exists(integration) ? read(integration) : read(module + "/pom.xml");
    }

    /** The modules that are named by elements of a POM, without the folder that they are in. */
    static List<String> modules(String element, String pom) {
        return groups(Pattern.compile("<" + element + ">(?:integrations/)?(joiner-[a-z0-9-]+)</" + element + ">"), pom);
    }

    /** The first group of each match. */
    static List<String> groups(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }
}

package dev.joiner.campaign;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What runs came to, as rows of tables for the documentation: one file under {@code target}, appended to. */
final class Results {
    private Results() {}

    static synchronized void add(String test, Object... columns) throws IOException {
        String row = Stream.of(columns)
                .map(column ->
                        column instanceof Integer number ? String.format(Locale.ROOT, "%,d", number) : "" + column)
                .collect(Collectors.joining(" | ", "| " + test + " | ", " |"));
        System.out.println(row);
        Files.write(
                Path.of(System.getProperty("campaign.results")),
                List.of(row),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }
}

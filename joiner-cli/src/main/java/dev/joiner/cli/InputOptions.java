package dev.joiner.cli;

import dev.joiner.cli.InputReader.Source;
import dev.joiner.cli.LineParser.LineFields;
import java.io.File;
import java.io.FileInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What to read, and how. */
final class InputOptions {
    private static final String STANDARD_INPUT = "-";
    private static final Path STANDARD_INPUT_FILE = Path.of("/dev/fd/0");

    @Option(
            names = "--csv",
            description =
                    "The input is CSV: the first line of each file names the columns, each further row is an object"
                            + " of texts, and an empty cell is left out.")
    private boolean csv;

    @Option(
            names = "--delimiter",
            paramLabel = "C",
            description = "What stands between the cells of CSV: one character, or \\t. Default: a comma.")
    private @Nullable String delimiter;

    @Option(
            names = "--max-line",
            paramLabel = "SIZE",
            defaultValue = "16m",
            converter = Size.class,
            description = "How long a line may be, as 64k or 16m; longer ones are rejected. Default: ${DEFAULT-VALUE}.")
    private int maxLine;

    @Parameters(
            paramLabel = "FILE",
            arity = "0..*",
            description =
                    "Files to join, read one after the other; none, or -, is standard input. Files that gzip made are"
                            + " read as what they are made from. A file may hold one JSON array in place of lines.")
    private List<String> files = new ArrayList<>();

    /** The inputs in their order. A wrong name is told before anything is joined. */
    List<Source> sources(InputStream in) throws IOException {
        List<Source> sources = new ArrayList<>();
        for (String file : files.isEmpty() ? List.of(STANDARD_INPUT) : files) {
            if (file.equals(STANDARD_INPUT)) {
                sources.add(new Source("<stdin>", () -> leftOpen(in)));
            } else {
                requireReadable(new File(file));
                sources.add(new Source(file, () -> new FileInputStream(file)));
            }
        }
        return sources;
    }

    /** How far the inputs are read, nothing of them yet. */
    Progress progress() {
        long size = 0;
        for (String file : files) {
            size += new File(file).length();
        }
        boolean areFiles = !files.isEmpty() && files.stream().allMatch(file -> new File(file).isFile());
        return new Progress(areFiles ? size : Progress.UNKNOWN);
    }

    /** How lines are read. */
    InputReader.Reading reading(LineFields fields) {
        Options.check(csv || delimiter == null, "--delimiter needs --csv");
        char between = delimiter == null ? ',' : Options.delimiter(delimiter);
        return new InputReader.Reading() {
            @Override
            public LineReader reader(InputStream in) {
                return new LineReader(in, maxLine, csv ? new CsvBoundary(between) : new JsonBoundary());
            }

            @Override
            public LineParser parser(String name) {
                return new LineParser(name, csv ? new CsvFormat(between) : new JsonFormat(), fields);
            }
        };
    }

    /** A pipe can be opened once only, and its name is not wrong. */
    private static void requireReadable(File file) throws IOException {
        if (!file.exists() || file.isFile() || file.isDirectory()) {
            new FileInputStream(file).close();
        }
    }

    /** Standard input is not this command's to close: if it was closed before, its number is a file of the JVM. */
    private static InputStream leftOpen(InputStream in) {
        return new FilterInputStream(in) {
            @Override
            public void close() {}
        };
    }

    /**
     * Refuses an output that is one of the files to be read: what is written would be read again, and so on without an end.
     *
     * @param what how the output is named to people
     */
    void requireNotRead(String what, Path output) throws IOException {
        for (String file : files.isEmpty() ? List.of(STANDARD_INPUT) : files) {
            Path input = file.equals(STANDARD_INPUT) ? STANDARD_INPUT_FILE : Path.of(file);
            // Devices and pipes are not read from what is written to them.
            if (Files.isRegularFile(input) && Files.isRegularFile(output) && Files.isSameFile(input, output)) {
                throw new UsageException(
                        what + " is also read: " + (file.equals(STANDARD_INPUT) ? "it is standard input" : file));
            }
        }
    }
}

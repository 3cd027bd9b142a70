package dev.joiner.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The part of a document that a run writes anew. */
public final class MarkedRegion {
    static final String BEGIN = "<!-- measured:begin -->";
    static final String END = "<!-- measured:end -->";

    private final Path document;

    public MarkedRegion(Path document) {
        this.document = document;
    }

    /**
     * Puts a text in place of what is between the marks, and leaves the rest as it is.
     *
     * @throws IllegalArgumentException if the document has not both marks, once and in order
     */
    public void replace(String text) throws IOException {
        String before = Files.readString(document);
        int begin = before.indexOf(BEGIN);
        int end = before.indexOf(END);
        if (begin < 0 || end < begin || before.indexOf(BEGIN, begin + 1) >= 0 || before.indexOf(END, end + 1) >= 0) {
            throw new IllegalArgumentException(
                    document + " has not each of the lines " + BEGIN + " and " + END + " once, in this order");
        }
        Files.writeString(
                document, before.substring(0, begin + BEGIN.length()) + "\n\n" + text + "\n" + before.substring(end));
    }
}

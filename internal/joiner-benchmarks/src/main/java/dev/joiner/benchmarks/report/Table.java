package dev.joiner.benchmarks.report;

import java.util.ArrayList;
import java.util.List;

/** A titled table of texts: the first column to the left, the others to the right. */
public final class Table {
    private final String title;
    private final List<String> columns;
    private final List<List<String>> rows = new ArrayList<>();

    public Table(String title, String... columns) {
        this.title = title;
        this.columns = new ArrayList<>(List.of(columns));
    }

    void addColumns(String... more) {
        columns.addAll(List.of(more));
    }

    /** One text for each column. */
    public void addRow(List<String> row) {
        if (row.size() != columns.size()) {
            throw new IllegalArgumentException(row + " is no row of " + columns);
        }
        rows.add(row);
    }

    String markdown() {
        StringBuilder text = new StringBuilder("### ").append(title).append("\n\n");
        line(text, columns);
        text.append("|---|").append("---:|".repeat(columns.size() - 1)).append('\n');
        rows.forEach(row -> line(text, row));
        return text.toString();
    }

    private static void line(StringBuilder text, List<String> cells) {
        text.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }
}

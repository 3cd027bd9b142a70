package dev.joiner.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.CharArrayReader;
import java.io.IOException;
import java.nio.CharBuffer;
import java.util.Arrays;
import java.util.HashSet;
import org.jspecify.annotations.Nullable;

/** Lines that are the rows of a table, the first of which names the columns. A cell is a text; an empty one is left out. */
final class CsvFormat implements Format {
    private static final CsvMapper MAPPER =
            CsvMapper.builder().enable(CsvParser.Feature.WRAP_AS_ARRAY).build();

    private final ObjectReader cells;
    private String @Nullable [] names;

    CsvFormat(char delimiter) {
        cells = MAPPER.readerFor(String[].class).with(CsvSchema.emptySchema().withColumnSeparator(delimiter));
    }

    @Override
    public @Nullable ObjectNode parse(CharBuffer line) throws UnusableLineException, IOException {
        String[] row = row(line);
        if (names == null) {
            names = checked(row);
            return null;
        }
        if (row.length != names.length) {
            throw new UnusableLineException("has " + row.length + " cells, and the table " + names.length + " columns");
        }
        ObjectNode object = Json.MAPPER.createObjectNode();
        for (int i = 0; i < row.length; i++) {
            if (!row[i].isEmpty()) {
                object.put(names[i], row[i]);
            }
        }
        return object;
    }

    private String[] row(CharBuffer line) throws UnusableLineException {
        try (var rows = cells.<String[]>readValues(new CharArrayReader(line.array(), 0, line.limit()))) {
            return rows.next();
        } catch (JsonProcessingException e) {
            throw new UnusableLineException("no row of a table: " + e.getOriginalMessage());
        } catch (IOException | RuntimeException e) {
            throw new UnusableLineException("no row of a table: " + e.getMessage());
        }
    }

    /** A table without usable names has no usable row. */
    private static String[] checked(String[] names) throws IOException {
        for (int i = 0; i < names.length; i++) {
            if (names[i].isBlank()) {
                throw new IOException("the first line has no name for column " + (i + 1));
            }
        }
        if (new HashSet<>(Arrays.asList(names)).size() < names.length) {
            throw new IOException("the first line names a column twice: " + String.join(", ", names));
        }
        return names;
    }
}

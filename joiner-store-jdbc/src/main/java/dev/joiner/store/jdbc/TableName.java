package dev.joiner.store.jdbc;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of a table, as it goes into statements: nothing that could be anything else.
 *
 * @param schema null: the connection's own
 */
record TableName(@Nullable String schema, String name) {
    /** As long as leaves room for the names of what belongs to the table: PostgreSQL cuts them at 63 letters. */
    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,53}");

    static TableName of(String text) {
        int dot = text.indexOf('.');
        String schema = dot < 0 ? null : text.substring(0, dot);
        String name = text.substring(dot + 1);
        if (!IDENTIFIER.matcher(name).matches()
                || (schema != null && !IDENTIFIER.matcher(schema).matches())) {
            throw new IllegalArgumentException(
                    "table is \"" + text + "\", must be an identifier (letters, digits, _; at most 54), or two with a"
                            + " dot in between: schema.table");
        }
        return new TableName(schema, name);
    }

    /** The name of the table of parts that belongs to this one. */
    TableName ofParts() {
        return new TableName(schema, PartTable.name(name));
    }

    @Override
    public String toString() {
        return schema == null ? name : schema + "." + name;
    }
}

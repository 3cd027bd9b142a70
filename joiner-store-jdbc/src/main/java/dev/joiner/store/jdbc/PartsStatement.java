package dev.joiner.store.jdbc;

import dev.joiner.spi.PartsChange;
import java.util.HashMap;
import java.util.Map;

/**
 * PostgreSQL: the exchange of a row and what it does to the parts of its key, as one statement. All of it is gated by the exchange,
 * and that by the ids that must not be there.
 *
 * <p>All parts of the statement see one moment, that of its beginning. A row that has the version expected was committed with its
 * parts, so a moment that shows the one shows the others; and a row that others are changing is waited for, and does not have that
 * version after that.
 *
 * <p>Both of its statements answer in columns of the same types: with {@code prepareThreshold=-1} the driver asks for those of the
 * last one in the formats of both.
 *
 * @param exchange the insert, update or delete of the row, without what it returns
 */
record PartsStatement(String table, String partTable, String exchange) {
    private static final String KEY = "CAST(? AS text) AS namespace, CAST(? AS text) AS join_key";
    private static final String RANGES = " AS MATERIALIZED (SELECT " + KEY
            + ", a.* FROM e, unnest(?::bigint[], ?::int[], ?::int[]) a(number, first, beyond)), ";

    /**
     * Composes it.
     *
     * @param looks whether ids are looked for
     * @param writes whether there is a state that is to be there then, whose bytes are not to come back
     */
    String sql(PartsChange change, boolean looks, boolean writes) {
        StringBuilder sql = new StringBuilder("WITH e AS (").append(exchange);
        boolean looksForOne = looksForOne(change);
        if (looks) {
            sql.append(" AND NOT EXISTS (").append(present("1", looksForOne)).append(')');
        }
        sql.append(" RETURNING 1)");
        if (change.removesAll()) {
            sql.append(", all_removed AS (DELETE FROM ")
                    .append(partTable)
                    .append(" p USING e WHERE p.namespace = ? AND p.join_key = ?)");
        }
        if (!change.removed().isEmpty()) {
            sql.append(", r")
                    .append(RANGES)
                    .append("removed AS (DELETE FROM ")
                    .append(partTable)
                    .append(" p USING r n WHERE ")
                    .append(PostgresPartTable.SAME_RANGE)
                    .append(')');
        }
        if (!change.stripped().isEmpty()) {
            sql.append(", s")
                    .append(RANGES)
                    .append("stripped AS (UPDATE ")
                    .append(partTable)
                    .append(" p SET part = NULL FROM s n WHERE ")
                    .append(PostgresPartTable.SAME_RANGE)
                    .append(')');
        }
        if (!change.appended().isEmpty()) {
            sql.append(", appended AS (INSERT INTO ")
                    .append(partTable)
                    .append(" (")
                    .append(PartTable.ALL_COLUMNS)
                    .append(") SELECT ?, ?, a.* FROM e, unnest(?::bigint[], ?::int[], ?::text[], ?::bytea[]) a)");
        }
        return sql.append(" SELECT COUNT(*), NULL::bytea, NULL::text, NULL::text[] FROM e; SELECT ")
                .append(writes ? JoinTable.WITNESS : JoinTable.STORED)
                .append(looks ? ", CASE WHEN version = ? THEN " + present(looksForOne) + " END" : ", NULL::text[]")
                .append(" FROM ")
                .append(table)
                .append(" WHERE ")
                .append(JoinTable.THIS_KEY)
                .toString();
    }

    /** Whether one id is looked for under one number, which are two parameters then, and otherwise two arrays. */
    static boolean looksForOne(PartsChange change) {
        return change.lookIn().size() == 1 && change.ids().size() == 1;
    }

    /** The number and the id of each that is there: looked for only where what was expected is there. */
    private String present(boolean looksForOne) {
        return "ARRAY(" + present("p.number || ':' || p.id", looksForOne) + ")";
    }

    /**
     * Looks each id up by all columns of its index: before version 17, PostgreSQL would read all ids of the key, if there were lists
     * of numbers and ids instead. Nor does it take a plan for arrays of any length to be as good as one for an array of one, so that it
     * would plan anew for each part, which takes longer than all else.
     */
    String present(String columns, boolean looksForOne) {
        if (looksForOne) {
            return "SELECT " + columns + " FROM " + partTable
                    + " p WHERE p.namespace || '' = ? AND p.join_key = ? AND p.number = ? AND p.id = ?";
        }
        return "WITH n AS MATERIALIZED (SELECT " + KEY
                + ", a.number, b.id FROM unnest(?::bigint[]) a(number), unnest(?::text[]) b(id)) SELECT " + columns
                + " FROM n JOIN " + partTable + " p ON p.namespace || '' = n.namespace AND p.join_key = n.join_key"
                + " AND p.number = n.number AND p.id = n.id AND p.id IS NOT NULL";
    }

    /** Reads what {@link #present(boolean)} gives. */
    static Map<String, Long> present(String[] numbersAndIds) {
        Map<String, Long> present = new HashMap<>();
        for (String numberAndId : numbersAndIds) {
            int colon = numberAndId.indexOf(':');
            present.put(numberAndId.substring(colon + 1), Long.parseLong(numberAndId.substring(0, colon)));
        }
        return present;
    }
}

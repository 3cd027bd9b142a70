package dev.joiner.campaign;

import dev.joiner.spi.CollectedParts;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Ended;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.StoredParts;
import dev.joiner.test.servers.Server;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import redis.clients.jedis.RedisClient;

/**
 * What a store keeps apart from its states, whatever keys it is under.
 *
 * @param rows how many messages there is something of; each has an id
 * @param parts how many of them have a part, and not only their id
 */
record PartRows(long rows, long parts) {

    /** Looks behind the store's back. */
    static PartRows of(StoreKind kind, Backend backend, String namespace) throws SQLException {
        return switch (kind) {
            case H2_FILE, POSTGRESQL, MARIADB, MYSQL -> inDatabase(Rows.databaseUrl(kind, backend), namespace);
            case REDIS, REDIS_CLUSTER -> {
                PartRows all = new PartRows(0, 0);
                for (Server server : backend.servers()) {
                    all = all.plus(inRedis(server, namespace));
                }
                yield all;
            }
        };
    }

    private static PartRows inDatabase(String url, String namespace) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                PreparedStatement select = connection.prepareStatement(
                        "SELECT COUNT(*), COUNT(part) FROM joiner_joins_parts WHERE namespace = ?")) {
            select.setString(1, namespace);
            try (ResultSet rows = select.executeQuery()) {
                rows.next();
                return new PartRows(rows.getLong(1), rows.getLong(2));
            }
        }
    }

    /** A field's first letter says what it is: n is the id by its position, p the part. */
    private static PartRows inRedis(Server server, String namespace) {
        PartRows all = new PartRows(0, 0);
        try (RedisClient client = RedisClient.create(Server.HOST, server.port())) {
            for (String hash : client.keys("joiner:{" + namespace + ":*}:parts:*")) {
                for (byte[] field : client.hkeys(hash.getBytes(StandardCharsets.UTF_8))) {
                    all = all.plus(new PartRows(field[0] == 'n' ? 1 : 0, field[0] == 'p' ? 1 : 0));
                }
            }
        }
        return all;
    }

    /** What states say that the store has. */
    static PartRows countedIn(Collection<JoinState<String>> states) {
        PartRows all = new PartRows(0, 0);
        for (JoinState<String> state : states) {
            for (Ended ended : state.ended()) {
                all = all.plus(new PartRows(ended.rows(), ended.parts()));
            }
            for (CollectedParts collected : collected(state)) {
                all = all.plus(new PartRows(collected.size(), collected.size()));
            }
        }
        return all;
    }

    private static List<CollectedParts> collected(JoinState<String> state) {
        List<Join<String>> joins =
                new ArrayList<>(state.inFlight().stream().map(Flight::join).toList());
        if (state.open() != null) {
            joins.add(state.open());
        }
        return joins.stream()
                .map(Join::collected)
                .filter(StoredParts.class::isInstance)
                .toList();
    }

    private PartRows plus(PartRows others) {
        return new PartRows(rows + others.rows, parts + others.parts);
    }

    @Override
    public String toString() {
        return rows + " rows of parts, " + parts + " with their part";
    }
}

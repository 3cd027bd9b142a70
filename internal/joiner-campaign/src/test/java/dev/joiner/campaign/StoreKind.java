package dev.joiner.campaign;

import dev.joiner.test.servers.MariaDbServer;
import dev.joiner.test.servers.MySqlServer;
import dev.joiner.test.servers.PostgresServer;
import dev.joiner.test.servers.RedisCluster;
import dev.joiner.test.servers.RedisServer;
import dev.joiner.test.servers.Server;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The stores that outlive a process, each on a server of the test's own. */
enum StoreKind {
    /** One process at a time has the file. */
    H2_FILE("H2 file") {
        @Override
        Backend start(Path folder) {
            return new Backend("jdbc:h2:" + folder.resolve("joins"), List.of());
        }

        @Override
        int nodes() {
            return 1;
        }
    },
    POSTGRESQL("PostgreSQL") {
        @Override
        Backend start(Path folder) {
            PostgresServer server = PostgresServer.start(folder);
            return new Backend(server.jdbcUrl(), List.of(server));
        }
    },
    MARIADB("MariaDB") {
        @Override
        Backend start(Path folder) {
            MariaDbServer server = MariaDbServer.start(folder);
            return new Backend(server.jdbcUrl(), List.of(server));
        }
    },
    MYSQL("MySQL") {
        @Override
        Backend start(Path folder) {
            MySqlServer server = MySqlServer.start(folder);
            return new Backend(server.jdbcUrl(), List.of(server));
        }

        @Override
        Optional<String> missing() {
            return MySqlServer.missing();
        }
    },
    REDIS("Redis") {
        @Override
        Backend start(Path folder) {
            RedisServer server = RedisServer.start(folder);
            return new Backend("redis://" + address(server), List.of(server));
        }
    },
    REDIS_CLUSTER("Redis Cluster") {
        @Override
        Backend start(Path folder) {
            RedisCluster cluster = RedisCluster.start(folder, 3, 0);
            String addresses =
                    cluster.masters().stream().map(StoreKind::address).collect(Collectors.joining(","));
            return new Backend("redis+cluster://" + addresses, cluster.masters());
        }
    };

    /** One of each kind: a file, a database, a server without transactions. */
    private static final Set<StoreKind> KINDS = EnumSet.of(H2_FILE, POSTGRESQL, REDIS);

    private final String title;

    StoreKind(String title) {
        this.title = title;
    }

    /** Starts what the store needs, or opens the folder that it is in. */
    abstract Backend start(Path folder);

    /** What keeps the store from running on this system, in words for people. */
    Optional<String> missing() {
        return Optional.empty();
    }

    /** How many processes may have the store open. */
    int nodes() {
        return Scale.of(2, 3);
    }

    private static String address(Server server) {
        return Server.HOST + ":" + server.port();
    }

    /**
     * Those that this run is about ({@code -Dcampaign.stores=REDIS,MARIADB}), but for those that cannot run here. If none
     * are named, all of them, and in short one of each kind.
     */
    static Stream<StoreKind> chosen() {
        List<String> names =
                Arrays.asList(System.getProperty("campaign.stores", "").strip().split(",", -1));
        return Stream.of(values())
                .filter(kind ->
                        names.contains("") ? Scale.isFull() || KINDS.contains(kind) : names.contains(kind.name()))
                .filter(StoreKind::isHere);
    }

    private boolean isHere() {
        missing().ifPresent(problem -> System.err.println("Left out of the campaign: " + this + ". " + problem));
        return missing().isEmpty();
    }

    /** Those of them that a run in short is enough for, whatever is named, as what it tries happens in the core. */
    static Stream<StoreKind> chosenKinds() {
        return chosen().filter(kind -> Scale.isFull() || KINDS.contains(kind));
    }

    /** Those of them that have a server which can be killed. */
    static Stream<StoreKind> chosenServers() {
        return chosen().filter(kind -> kind != H2_FILE);
    }

    @Override
    public String toString() {
        return title;
    }
}

package dev.joiner.spring.boot;

import dev.joiner.spring.boot.JoinerProperties.Connection;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A connection of the application's that joins can be stored on.
 *
 * @param factory makes joiners on it, with a clock
 */
record JoinerConnection(Connection kind, Factories factory) {

    /** Makes factories of joiners, once it is known that they are wanted. */
    @FunctionalInterface
    interface Factories {
        JoinerFactory with(JoinerProperties.Store properties, InstantSource clock);
    }

    /** Returns joiners on what the properties name, or on the one connection that there is. */
    static JoinerFactory chosen(
            JoinerProperties.Store properties, List<JoinerConnection> connections, InstantSource clock) {
        String url = properties.url();
        if (url != null) {
            if (properties.use() != null) {
                throw new JoinerSetupException(
                        "joiner.store.url and joiner.store.use are both set, and name two stores",
                        "Remove one of the two.");
            }
            if (properties.transactional()) {
                throw new JoinerSetupException(
                        "joiner.store.transactional needs the application's DataSource, and joiner.store.url is set",
                        "Remove joiner.store.url, so that joins and what process writes are in one database, or set"
                                + " joiner.store.transactional to false.");
            }
            return new UrlJoinerFactory(url, clock);
        }
        List<JoinerConnection> usable = connections.stream()
                .filter(connection -> properties.use() == null || properties.use() == connection.kind)
                .toList();
        if (usable.isEmpty()) {
            throw new JoinerSetupException(
                    (properties.use() == null
                            ? "nothing says where joins are stored"
                            : "joiner.store.use is " + property(properties.use()) + ", and there is none to use"),
                    "Set joiner.store.url, as in jdbc:postgresql://host/shop or redis://host, or memory: for a store that a"
                            + " restart empties. Or add dev.joiner:joiner-store-jdbc to use the application's DataSource,"
                            + " or dev.joiner:joiner-store-redis to use its UnifiedJedis; of several DataSources one has to be"
                            + " @Primary.");
        }
        if (usable.size() > 1) {
            throw new JoinerSetupException(
                    "the application has several connections that joins could be stored on: "
                            + usable.stream()
                                    .map(connection -> property(connection.kind))
                                    .collect(Collectors.joining(" and ")),
                    "Set joiner.store.use to one of them, or joiner.store.url.");
        }
        JoinerConnection connection = usable.get(0);
        if (properties.transactional() && connection.kind != Connection.DATA_SOURCE) {
            throw new JoinerSetupException(
                    "joiner.store.transactional needs the application's DataSource, and joins are stored on "
                            + property(connection.kind),
                    "Set joiner.store.use to data-source, or joiner.store.transactional to false.");
        }
        return connection.factory.with(properties, clock);
    }

    /** As it is written in a file of properties. */
    private static String property(Connection kind) {
        return switch (kind) {
            case DATA_SOURCE -> "data-source";
            case JEDIS -> "jedis";
        };
    }
}

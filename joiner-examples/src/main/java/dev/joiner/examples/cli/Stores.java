package dev.joiner.examples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.UnknownStoreException;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStoreConfig;
import dev.joiner.spi.JoinStores;
import dev.joiner.spi.KeyCodec;
import java.util.List;
import java.util.Optional;

/** Opens the stores that options name. */
final class Stores {
    private static final List<String> IN_THIS_PROCESS = List.of("memory:", "caffeine:", "jdbc:h2:mem:");
    private static final String H2 = "jdbc:h2:";

    private Stores() {}

    /** Whether joins are still there after the process. */
    static boolean outlivesProcess(String url) {
        return inThisProcess(url).isEmpty();
    }

    /** The beginning of a URL of a store that ends with the process. */
    static Optional<String> inThisProcess(String url) {
        return IN_THIS_PROCESS.stream().filter(kind -> startsWith(url, kind)).findFirst();
    }

    private static boolean startsWith(String url, String kind) {
        return url.regionMatches(true, 0, kind, 0, kind.length());
    }

    /** Opens a store to look into: a file that is not there is an error, and stays away. */
    static JoinStore<String, ObjectNode> openExisting(String url, String namespace) {
        return open(startsWith(url, H2) ? url + ";IFEXISTS=TRUE" : url, namespace);
    }

    /** Opens a store of JSON objects under texts; what is wrong with the options is an error of their user. */
    static JoinStore<String, ObjectNode> open(String url, String namespace) {
        try {
            return JoinStores.open(url, JoinStoreConfig.of(namespace, KeyCodec.string(), Json.codec()));
        } catch (UnknownStoreException | IllegalArgumentException e) {
            throw new UsageException("--store, --namespace: " + e.getMessage());
        }
    }
}

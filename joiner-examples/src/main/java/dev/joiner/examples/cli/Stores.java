package dev.joiner.examples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.UnknownStoreException;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStoreConfig;
import dev.joiner.spi.JoinStores;
import dev.joiner.spi.KeyCodec;
import java.util.Locale;
import java.util.Set;

/** Opens the stores that options name. */
final class Stores {
    private static final Set<String> IN_THIS_PROCESS = Set.of("memory", "caffeine");

    private Stores() {}

    /** Whether joins are still there after the process. */
    static boolean outlivesProcess(String url) {
        int colon = url.indexOf(':');
        return !IN_THIS_PROCESS.contains(url.substring(0, Math.max(0, colon)).toLowerCase(Locale.ROOT));
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

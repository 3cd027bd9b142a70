package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.JoinSpec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.JoinStores;
import dev.joiner.Joiner;
import dev.joiner.KeyCodec;
import dev.joiner.KeyedJoiner;
import dev.joiner.StoreException;
import dev.joiner.UnknownStoreException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Opens the stores that options name. */
final class Stores {
    private static final List<String> IN_THIS_PROCESS = List.of("memory:", "caffeine:", "jdbc:h2:mem:");
    private static final String H2 = "jdbc:h2:";
    /** H2 says so of a file that is not there. */
    private static final String NO_DATABASE = "[90146-";

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

    /** Opens a store to look into: a file that does not exist is an error, and is not created. */
    static <M, R> KeyedJoiner<M, String, ObjectNode, R> openExisting(
            String url, String namespace, JoinSpec<M, String, ObjectNode, R> spec, InstantSource clock) {
        if (!startsWith(url, H2)) {
            return open(url, namespace, spec, clock);
        }
        try {
            return open(url + ";IFEXISTS=TRUE", namespace, spec, clock);
        } catch (StoreException e) {
            if (String.valueOf(e.getMessage()).contains(NO_DATABASE)) {
                throw new UsageException("--store: there is no such database; join begins one");
            }
            throw e;
        }
    }

    /** Opens a joiner on a store of JSON objects; what is wrong with the options is an error of their user. */
    static <M, R> KeyedJoiner<M, String, ObjectNode, R> open(
            String url, String namespace, JoinSpec<M, String, ObjectNode, R> spec, InstantSource clock) {
        try {
            var config = JoinStoreConfig.of(namespace, KeyCodec.string(), Json.codec());
            return Joiner.create(spec, JoinStores.open(url, config), clock);
        } catch (UnknownStoreException e) {
            String like = StoreUrls.resembling(url)
                    .map(form -> "; did you mean " + form + "?")
                    .orElse("");
            throw new UsageException("--store: " + e.getMessage() + like);
        } catch (IllegalArgumentException e) {
            String problem = String.valueOf(e.getMessage());
            throw new UsageException(problem.startsWith("namespace") ? "--" + problem : "--store: " + problem);
        }
    }

    /** The file that a store is in, if it is in one. */
    static Optional<Path> file(String url) {
        if (!startsWith(url, H2)) {
            return Optional.empty();
        }
        String path = url.substring(H2.length()).split(";", 2)[0];
        return Optional.of(Path.of((path.startsWith("file:") ? path.substring("file:".length()) : path) + ".mv.db"));
    }

    /** What a store is called where its password must not be seen. */
    static String name(String url) {
        int end = startsWith(url, "jdbc:") ? url.indexOf(':', "jdbc:".length()) : url.indexOf(':');
        return end < 0 ? "store" : url.substring(0, end);
    }
}

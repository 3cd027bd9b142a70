package dev.joiner;

import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStoreProvider;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeSet;

/**
 * Opens stores by URL, through the {@linkplain JoinStoreProvider providers} that are on the class or module path.
 *
 * <pre>{@code
 * var store = JoinStores.open(
 *         url, // jdbc:h2:./joins, say
 *         JoinStoreConfig.of("orders", KeyCodec.uuid(), JacksonCodec.of(Order.class)));
 * }</pre>
 */
public final class JoinStores {
    private static final Map<String, String> ARTIFACTS = Map.of(
            "memory", "dev.joiner:joiner-store-memory",
            "caffeine", "dev.joiner:joiner-store-memory",
            "redis", "dev.joiner:joiner-store-redis",
            "rediss", "dev.joiner:joiner-store-redis",
            "redis+cluster", "dev.joiner:joiner-store-redis",
            "redis+sentinel", "dev.joiner:joiner-store-redis",
            "jdbc", "dev.joiner:joiner-store-jdbc");

    private JoinStores() {}

    /**
     * Opens the store that the URL names. Close it, or the joiner that it is given to.
     *
     * @throws UnknownStoreException if no provider knows the URL's scheme, or more than one does
     * @throws IllegalArgumentException if the provider does not understand the rest of the URL
     * @throws dev.joiner.StoreException if the store cannot be reached
     */
    public static <K, V> JoinStore<K, V> open(String url, JoinStoreConfig<K, V> config) {
        return open(url, config, ServiceLoader.load(JoinStoreProvider.class));
    }

    static <K, V> JoinStore<K, V> open(
            String url, JoinStoreConfig<K, V> config, Iterable<JoinStoreProvider> providers) {
        Objects.requireNonNull(url, "url");
        Objects.requireNonNull(config, "config");
        // Only the scheme is ever shown: what follows it may hold a password.
        int colon = url.indexOf(':');
        if (colon < 1) {
            throw new UnknownStoreException("a store's URL begins with its scheme, as in memory: or jdbc:h2:mem:joins");
        }
        String scheme = url.substring(0, colon).toLowerCase(Locale.ROOT);
        List<JoinStoreProvider> matches = new ArrayList<>();
        TreeSet<String> known = new TreeSet<>();
        List<String> broken = new ArrayList<>();
        for (Iterator<JoinStoreProvider> found = providers.iterator(); ; ) {
            try {
                if (!found.hasNext()) {
                    break;
                }
                JoinStoreProvider provider = found.next();
                known.addAll(provider.schemes());
                if (provider.schemes().contains(scheme)) {
                    matches.add(provider);
                }
            } catch (ServiceConfigurationError e) { // of one provider, and no concern of the others
                broken.add(String.valueOf(e.getMessage()));
            }
        }
        if (matches.size() == 1) {
            return matches.get(0).open(url, config);
        }
        if (matches.isEmpty()) {
            String artifact = ARTIFACTS.get(scheme);
            throw new UnknownStoreException("no store for " + scheme + ": "
                    + (artifact == null ? "" : "add " + artifact + "; ")
                    + "the stores here open " + known
                    + (broken.isEmpty() ? "" : "; cannot be used: " + broken));
        }
        throw new UnknownStoreException("more than one store for " + scheme + ": "
                + matches.stream().map(p -> p.getClass().getName()).sorted().toList());
    }
}

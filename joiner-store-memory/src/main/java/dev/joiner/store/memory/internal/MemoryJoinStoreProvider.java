package dev.joiner.store.memory.internal;

import dev.joiner.JoinStoreConfig;
import dev.joiner.UnknownStoreException;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStoreProvider;
import dev.joiner.store.memory.CaffeineJoinStore;
import dev.joiner.store.memory.MapJoinStore;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Opens {@code memory:} and {@code memory:?maximumSize=N}, which refuses what does not fit, and
 * {@code caffeine:?maximumSize=N}, which evicts. Each call opens a store of its own, so that namespaces need no separation;
 * keys and values are held as objects, without the codecs.
 */
public final class MemoryJoinStoreProvider implements JoinStoreProvider {
    private static final String MEMORY = "memory";
    private static final String CAFFEINE = "caffeine";

    @Override
    public Set<String> schemes() {
        return Set.of(MEMORY, CAFFEINE);
    }

    @Override
    public <K, V> JoinStore<K, V> open(String url, JoinStoreConfig<K, V> config) {
        int colon = url.indexOf(':');
        String scheme = url.substring(0, Math.max(0, colon)).toLowerCase(Locale.ROOT);
        Map<String, String> options = options(scheme, url.substring(colon + 1));
        String maximumSize = options.remove("maximumSize");
        if (scheme.equals(MEMORY)) {
            refuseRest(scheme, options);
            return maximumSize == null ? MapJoinStore.create() : MapJoinStore.bounded(number(maximumSize));
        }
        if (scheme.equals(CAFFEINE)) {
            refuseRest(scheme, options);
            return evicting(maximumSize);
        }
        throw new IllegalArgumentException("scheme is \"" + scheme + "\", must be one of " + schemes());
    }

    private static <K, V> JoinStore<K, V> evicting(@Nullable String maximumSize) {
        if (maximumSize == null) {
            throw new IllegalArgumentException("caffeine: needs maximumSize, as in caffeine:?maximumSize=100000");
        }
        CaffeineJoinStore.Builder builder = CaffeineJoinStore.builder().maximumSize(number(maximumSize));
        try {
            return builder.build();
        } catch (IllegalStateException e) {
            throw new UnknownStoreException("no store for caffeine: " + e.getMessage());
        }
    }

    private static Map<String, String> options(String scheme, String rest) {
        int mark = rest.indexOf('?');
        String path = mark < 0 ? rest : rest.substring(0, mark);
        if (!path.isEmpty()) {
            throw new IllegalArgumentException(scheme + ": takes no path, but is followed by \"" + path + "\"");
        }
        Map<String, String> options = new LinkedHashMap<>();
        for (String option : rest.substring(mark + 1).split("&", -1)) {
            int equal = option.indexOf('=');
            String name = equal < 0 ? option : option.substring(0, equal);
            String value = equal < 0 ? "" : option.substring(equal + 1);
            if (!option.isEmpty() && options.put(name, value) != null) {
                throw new IllegalArgumentException(
                        scheme + ": option " + name + " is set twice, the second time to \"" + value + "\"");
            }
        }
        return options;
    }

    private static void refuseRest(String scheme, Map<String, String> options) {
        if (options.containsKey("overflow")) {
            throw new IllegalArgumentException(scheme
                    + ": has no option \"overflow\"; memory:?maximumSize=N refuses new joins when there is no room,"
                    + " caffeine:?maximumSize=N evicts old ones");
        }
        options.forEach((name, value) -> {
            throw new IllegalArgumentException(
                    scheme + ": has no option \"" + name + "\", which is set to \"" + value + "\"");
        });
    }

    private static long number(String maximumSize) {
        try {
            return Long.parseLong(maximumSize);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("maximumSize is \"" + maximumSize + "\", must be a number", e);
        }
    }
}

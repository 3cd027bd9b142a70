package dev.joiner.store.memory.internal;

import dev.joiner.UnknownStoreException;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStoreConfig;
import dev.joiner.spi.JoinStoreProvider;
import dev.joiner.store.memory.CaffeineJoinStore;
import dev.joiner.store.memory.CaffeineJoinStore.Overflow;
import dev.joiner.store.memory.MapJoinStore;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Opens {@code memory:} and {@code caffeine:?maximumSize=N&overflow=reject}. Each call opens a store of its own, so that
 * namespaces need no separation; keys and values are held as objects, without the codecs.
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
        if (scheme.equals(MEMORY)) {
            refuseRest(scheme, options);
            return MapJoinStore.create();
        }
        if (scheme.equals(CAFFEINE)) {
            CaffeineJoinStore.Builder builder = CaffeineJoinStore.builder()
                    .maximumSize(maximumSize(options.remove("maximumSize")))
                    .overflow(overflow(options.remove("overflow")));
            refuseRest(scheme, options);
            try {
                return builder.build();
            } catch (IllegalStateException e) {
                throw new UnknownStoreException("no store for " + scheme + ": " + e.getMessage());
            }
        }
        throw new IllegalArgumentException("scheme is \"" + scheme + "\", must be one of " + schemes());
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
        options.forEach((name, value) -> {
            throw new IllegalArgumentException(
                    scheme + ": has no option \"" + name + "\", which is set to \"" + value + "\"");
        });
    }

    private static long maximumSize(@Nullable String value) {
        if (value == null) {
            throw new IllegalArgumentException("caffeine: needs maximumSize, as in caffeine:?maximumSize=100000");
        }
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("maximumSize is \"" + value + "\", must be a number", e);
        }
    }

    private static Overflow overflow(@Nullable String value) {
        if (value == null) {
            return Overflow.REJECT;
        }
        return switch (value) {
            case "reject" -> Overflow.REJECT;
            case "evict" -> Overflow.EVICT;
            default -> throw new IllegalArgumentException("overflow is \"" + value + "\", must be reject or evict");
        };
    }
}

package dev.joiner.store.documents;

import dev.joiner.JoinStoreConfig;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStoreProvider;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Opens {@code documents://user:password@host?cacheBytes=N}. The store closes its client. */
public final class DocumentJoinStoreProvider implements JoinStoreProvider {
    private static final Pattern CACHE_BYTES = Pattern.compile("cacheBytes=(\\d{1,18})");

    // snippet:document-store-provider
    @Override
    public Set<String> schemes() {
        return Set.of("documents");
    }

    @Override
    public <K, V> JoinStore<K, V> open(String url, JoinStoreConfig<K, V> config) {
        URI uri = parsed(url);
        if (uri.getHost() == null) {
            throw new IllegalArgumentException("documents: needs a host, as in documents://localhost");
        }
        long cacheBytes = 16 << 20;
        if (uri.getQuery() != null) {
            Matcher option = CACHE_BYTES.matcher(uri.getQuery());
            if (!option.matches()) {
                throw new IllegalArgumentException(
                        "documents: takes the option cacheBytes, a number, but not \"" + uri.getQuery() + '"');
            }
            cacheBytes = Long.parseLong(option.group(1));
        }
        DocumentClient client = new DocumentClient(DocumentDatabase.at(uri.getHost()));
        return new DocumentJoinStore<>(client, true, config, cacheBytes);
    }
    // end:document-store-provider

    /** The exception of the parser shows the URL, which may hold a password. */
    @SuppressWarnings("UnusedException")
    private static URI parsed(String url) {
        try {
            return new URI(url);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("documents: is followed by something that is not a URL");
        }
    }
}

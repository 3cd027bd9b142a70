package dev.joiner.spring.boot;

import dev.joiner.JoinSpec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.JoinStores;
import dev.joiner.KeyedJoiner;
import dev.joiner.StoreException;
import dev.joiner.UnknownStoreException;
import dev.joiner.spi.JoinStore;
import java.time.InstantSource;

/** Joiners on stores that are opened by a URL. */
final class UrlJoinerFactory implements JoinerFactory {
    private final String url;
    private final InstantSource clock;

    UrlJoinerFactory(String url, InstantSource clock) {
        this.url = url;
        this.clock = clock;
    }

    @Override
    public <M, K, V, R> KeyedJoiner<M, K, V, R> create(JoinSpec<M, K, V, R> spec, JoinStoreConfig<K, V> config) {
        return StoreOpening.joiner(spec, () -> open(spec.name(), config), clock);
    }

    private <K, V> JoinStore<K, V> open(String join, JoinStoreConfig<K, V> config) {
        try {
            return JoinStores.open(url, config);
        } catch (UnknownStoreException e) {
            throw new JoinerSetupException(
                    "join " + join + ": joiner.store.url: " + e.getMessage(),
                    "Add the artifact of the store that the URL names, or correct the URL's scheme.",
                    e);
        } catch (IllegalArgumentException e) {
            throw new JoinerSetupException(
                    "join " + join + ": joiner.store.url: " + e.getMessage(), "Correct joiner.store.url.", e);
        } catch (StoreException e) {
            throw StoreOpening.failed(join, "joiner.store.url", e);
        }
    }
}

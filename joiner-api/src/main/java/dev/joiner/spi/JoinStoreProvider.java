package dev.joiner.spi;

import dev.joiner.JoinStoreConfig;
import java.util.Set;

/**
 * Opens stores of one kind by URL. Found by {@link java.util.ServiceLoader}; chosen by the URL's scheme and by nothing
 * else, so that a class which is merely present never changes what a program does.
 */
public interface JoinStoreProvider {

    /** The schemes it opens, in lower case and without colon: {@code memory}, {@code jdbc}. */
    Set<String> schemes();

    /**
     * Opens the store that the URL names.
     *
     * @param url with one of the schemes; may hold a password, which must not appear in any message
     * @throws IllegalArgumentException if the URL has a part or an option that the store does not know; the message
     *     names it
     * @throws dev.joiner.StoreException if the store cannot be reached
     */
    <K, V> JoinStore<K, V> open(String url, JoinStoreConfig<K, V> config);
}

package dev.joiner;

import org.jspecify.annotations.Nullable;

/**
 * The entry that a store holds under a key cannot be read, or a key or value cannot be written.
 *
 * <p>An entry that cannot be read stays where it is; {@link KeyedJoiner#find} shows it, and {@link KeyedJoiner#drop}
 * removes it.
 */
public final class CodecException extends JoinerException {
    private static final long serialVersionUID = 1L;

    private final String key;

    /**
     * @param key the text of the key, as an operator finds it in the store
     * @param problem what is wrong, without the key
     */
    public CodecException(String key, String problem, @Nullable Throwable cause) {
        super("key \"" + key + "\": " + problem, cause);
        this.key = key;
    }

    /** The text of the key, as an operator finds it in the store. */
    public String key() {
        return key;
    }
}

package dev.joiner;

import org.jspecify.annotations.Nullable;

/** What a store holds under a key cannot be read, or a value cannot be written. The entry stays where it is. */
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

package dev.joiner;

/**
 * A join would become larger than its store can hold.
 *
 * <p>Nothing was written for the key, and a redelivery of the message fails in the same way. Part of the limit is kept free
 * for what a hand-over adds to a join, so that a join that was accepted can always be handed over, fail, expire and be
 * dropped.
 */
public final class ValueTooLargeException extends JoinerException {
    private static final long serialVersionUID = 1L;

    private final String key;
    private final long size;
    private final long limit;

    /**
     * @param key the text of the key, as an operator finds it in the store
     * @param size in bytes, with the room that a hand-over needs
     * @param limit in bytes
     */
    public ValueTooLargeException(String key, long size, long limit) {
        super("key \"" + key + "\": the join would take " + size + " bytes, the store's limit is " + limit, null);
        this.key = key;
        this.size = size;
        this.limit = limit;
    }

    /** The text of the key, as an operator finds it in the store. */
    public String key() {
        return key;
    }

    /** How many bytes the join would take, with the room that a hand-over needs. */
    public long size() {
        return size;
    }

    /** How many bytes the store can hold under one key. */
    public long limit() {
        return limit;
    }
}

package dev.joiner;

/**
 * A join would become larger than its store can hold, or than its spec lets it become.
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

    private ValueTooLargeException(String key, long size, long limit, String message) {
        super(message, null);
        this.key = key;
        this.size = size;
        this.limit = limit;
    }

    /**
     * A join would collect more than {@link JoinSpec.Builder#collectAtMost} allows.
     *
     * @param what is counted: {@code "parts"} or {@code "bytes"}
     */
    public static ValueTooLargeException ofCollected(String key, long size, long limit, String what) {
        return new ValueTooLargeException(
                key,
                size,
                limit,
                "key \"" + key + "\": the join would collect " + size + " " + what + ", collectAtMost allows " + limit);
    }

    /** The text of the key, as an operator finds it in the store. */
    public String key() {
        return key;
    }

    /** How many bytes the join would take, with the room that a hand-over needs; or how many parts, if those are limited. */
    public long size() {
        return size;
    }

    /** How many bytes the store can hold under one key; or how many parts or bytes a join may collect. */
    public long limit() {
        return limit;
    }
}

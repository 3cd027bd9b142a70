package dev.joiner.store.jdbc;

/**
 * What a store does when its data source gives it a connection that is inside a transaction of the caller's.
 *
 * <pre>{@code
 * JdbcJoinStore<UUID, Order> store = JdbcJoinStore.builder(dataSource)
 *         .namespace("orders")
 *         .keyCodec(KeyCodec.uuid())
 *         .valueCodec(JacksonCodec.of(Order.class))
 *         .callersTransaction(CallersTransaction.TAKE_PART)
 *         .build();
 * }</pre>
 */
public enum CallersTransaction {
    /** It throws a {@link dev.joiner.StoreException}, and has done nothing. */
    REFUSE,

    /**
     * It works in the transaction, with a savepoint of its own, and neither commits nor rolls back what is the caller's. So what the
     * caller writes and what the joiner writes are committed together, or not at all.
     */
    TAKE_PART
}

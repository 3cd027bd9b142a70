package dev.joiner.store.jdbc;

import dev.joiner.ProcessingException;

/**
 * A handler of a {@linkplain JdbcJoinStore#transactional transactional} joiner threw, and the transaction is undone: what the
 * handler wrote, and the message.
 *
 * <p>The message is not stored; redeliver it. The cause is what the handler threw.
 */
public final class UndoneException extends ProcessingException {
    private static final long serialVersionUID = 1L;

    UndoneException(String join, Object key, ProcessingException failure) {
        super(
                join,
                key,
                failure.attempt(),
                "the handler threw; everything is undone, the message is not stored",
                failure.getCause());
    }

    /** {@inheritDoc} False: the message is not stored. */
    @Override
    public boolean isSafe() {
        return false;
    }
}

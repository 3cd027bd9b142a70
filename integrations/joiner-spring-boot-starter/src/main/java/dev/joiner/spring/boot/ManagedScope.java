package dev.joiner.spring.boot;

import dev.joiner.HandOver;
import dev.joiner.engine.HandOverScope;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.DefaultTransactionDefinition;

/**
 * Calls handlers in a transaction of Spring's, where they find its connection by themselves. What JPA has not written when a handler
 * returns is written then, so that what the database refuses is the handler's failure.
 */
final class ManagedScope implements HandOverScope {
    private static final TransactionDefinition CURRENT =
            new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_MANDATORY);

    private final PlatformTransactionManager manager;
    private final Optional<PersistenceContext> persistence;

    ManagedScope(PlatformTransactionManager manager) {
        this.manager = manager;
        persistence = PersistenceContext.of(manager);
    }

    @Override
    public <T> T call(HandOver<?> handOver, Callable<T> handler) throws Exception {
        Optional<ManagedConnection> own = ManagedConnection.current();
        try {
            T result = handler.call();
            if (persistence.isPresent()) {
                flush();
            }
            own.ifPresent(ManagedConnection::handled);
            return result;
        } catch (Throwable e) {
            if (persistence.isPresent() && own.isEmpty()) {
                spoil();
            }
            throw e;
        }
    }

    private void flush() {
        TransactionStatus current = manager.getTransaction(CURRENT);
        if (!current.isRollbackOnly()) {
            current.flush();
        }
    }

    /**
     * Lets the caller's transaction be rolled back: to a savepoint, the database would go back, and JPA's entities would not.
     */
    private void spoil() {
        manager.rollback(manager.getTransaction(CURRENT));
    }
}

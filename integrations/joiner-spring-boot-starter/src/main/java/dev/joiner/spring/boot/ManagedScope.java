package dev.joiner.spring.boot;

import dev.joiner.HandOver;
import dev.joiner.engine.HandOverScope;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Calls handlers in a transaction of Spring's, where they find its connection by themselves. What JPA has not written when a handler
 * returns is written then, so that what the database refuses is the handler's failure.
 */
final class ManagedScope implements HandOverScope {
    private static final TransactionDefinition CURRENT =
            new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_MANDATORY);

    private static final Log LOG = LogFactory.getLog(ManagedScope.class);

    private final PlatformTransactionManager manager;
    private final Optional<PersistenceContext> persistence;

    ManagedScope(PlatformTransactionManager manager) {
        this.manager = manager;
        persistence = PersistenceContext.of(manager);
    }

    @Override
    public <T> T call(HandOver<?> handOver, Callable<T> handler) throws Exception {
        Optional<ManagedConnection> own = ManagedConnection.current();
        List<TransactionSynchronization> before = TransactionSynchronizationManager.isSynchronizationActive()
                ? TransactionSynchronizationManager.getSynchronizations()
                : List.of();
        boolean isNested = own.map(connection -> connection.handles(true)).orElse(false);
        try {
            T result = handler.call();
            if (persistence.isPresent()) {
                flush();
            }
            own.ifPresent(ManagedConnection::handled);
            return result;
        } catch (Throwable e) {
            deferUndone(before);
            if (persistence.isPresent() && (own.isEmpty() || isNested)) {
                spoil();
            }
            throw e;
        } finally {
            own.ifPresent(connection -> connection.handles(isNested));
        }
    }

    /**
     * Those who have come to wait for the commit since: what they wait for is undone, though the transaction may go on. They are told
     * once it has ended, as before that it may hold the locks that they want.
     */
    private static void deferUndone(List<TransactionSynchronization> before) {
        if (!TransactionSynchronizationManager.isSynchronizationActive()) {
            return;
        }
        Set<TransactionSynchronization> known = Collections.newSetFromMap(new IdentityHashMap<>());
        known.addAll(before);
        List<TransactionSynchronization> undone = TransactionSynchronizationManager.getSynchronizations().stream()
                .filter(waiting -> !known.contains(waiting))
                .toList();
        if (undone.isEmpty()) {
            return;
        }
        TransactionSynchronizationManager.clearSynchronization();
        TransactionSynchronizationManager.initSynchronization();
        before.forEach(TransactionSynchronizationManager::registerSynchronization);
        TransactionSynchronizationManager.registerSynchronization(new Undone(undone));
    }

    /** Tells some that what they wait for was rolled back, whatever becomes of the transaction. */
    private record Undone(List<TransactionSynchronization> waiting) implements TransactionSynchronization {
        @Override
        public void suspend() {
            waiting.forEach(TransactionSynchronization::suspend);
        }

        @Override
        public void resume() {
            waiting.forEach(TransactionSynchronization::resume);
        }

        @Override
        public void beforeCompletion() {
            tell(TransactionSynchronization::beforeCompletion);
        }

        @Override
        public void afterCompletion(int status) {
            tell(each -> each.afterCompletion(STATUS_ROLLED_BACK));
        }

        private void tell(Consumer<TransactionSynchronization> call) {
            for (TransactionSynchronization each : waiting) {
                try {
                    call.accept(each);
                } catch (RuntimeException | Error e) { // as Spring does
                    LOG.error("a callback of an undone handler threw", e);
                }
            }
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

package dev.joiner.spring.boot;

import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.orm.jpa.EntityManagerHolder;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.util.ClassUtils;

/** What JPA keeps for the transaction of a thread besides what the database has. */
final class PersistenceContext {
    private static final boolean HAS_JPA = ClassUtils.isPresent(
            "org.springframework.orm.jpa.JpaTransactionManager", PersistenceContext.class.getClassLoader());

    private final EntityManagerFactory factory;

    private PersistenceContext(EntityManagerFactory factory) {
        this.factory = factory;
    }

    /** Returns that of the transactions of a manager; empty if those are not JPA's. */
    static Optional<PersistenceContext> of(PlatformTransactionManager manager) {
        return HAS_JPA ? Jpa.of(manager) : Optional.empty();
    }

    /** Apart, as JPA may be missing. */
    private static final class Jpa {
        static Optional<PersistenceContext> of(PlatformTransactionManager manager) {
            return manager instanceof JpaTransactionManager jpa
                    ? Optional.ofNullable(jpa.getEntityManagerFactory()).map(PersistenceContext::new)
                    : Optional.empty();
        }
    }

    private @Nullable EntityManager current() {
        return TransactionSynchronizationManager.getResource(factory) instanceof EntityManagerHolder holder
                ? holder.getEntityManager()
                : null;
    }

    /** Forgets all entities, and what of them is not written yet. */
    void clear() {
        EntityManager current = current();
        if (current != null) {
            current.clear();
        }
    }

    /** Whether the transaction can only be rolled back, which JPA does not take back. */
    boolean isRollbackOnly() {
        EntityManager current = current();
        return current != null && current.getTransaction().getRollbackOnly();
    }
}

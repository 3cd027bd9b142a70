package dev.joiner.spring.boot;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.ConfigurableTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;

/**
 * Knows whether the transaction that a thread sees is at its end. Spring shows a transaction that is committed or rolled back, and its
 * connection, until all who waited for that have been called: what they write there may be undone when the connection goes back.
 */
final class TransactionEnds implements TransactionExecutionListener {
    private final ThreadLocal<Deque<Running>> ofThread = ThreadLocal.withInitial(ArrayDeque::new);

    private static final class Running {
        private final TransactionExecution execution;
        private boolean isEnding;

        Running(TransactionExecution execution) {
            this.execution = execution;
        }
    }

    private TransactionEnds() {}

    /** Returns those of a manager's transactions; without one, or with one that tells nobody, all seem to go on. */
    static TransactionEnds of(@Nullable PlatformTransactionManager manager) {
        TransactionEnds ends = new TransactionEnds();
        if (manager instanceof ConfigurableTransactionManager configurable) {
            configurable.addListener(ends);
        }
        return ends;
    }

    /** Whether the transaction that this thread sees is being ended, or is ended. */
    boolean isEnding() {
        Running last = ofThread.get().peek();
        return last != null && last.isEnding;
    }

    @Override
    public void afterBegin(TransactionExecution transaction, @Nullable Throwable failure) {
        if (failure == null) {
            ofThread.get().push(new Running(transaction));
        }
    }

    @Override
    public void beforeCommit(TransactionExecution transaction) {
        ends(transaction);
    }

    @Override
    public void beforeRollback(TransactionExecution transaction) {
        ends(transaction);
    }

    private void ends(TransactionExecution transaction) {
        Running last = ofThread.get().peek();
        if (last != null && last.execution == transaction) {
            last.isEnding = true;
        }
    }

    @Override
    public void afterCommit(TransactionExecution transaction, @Nullable Throwable failure) {
        hasEnded(transaction);
    }

    @Override
    public void afterRollback(TransactionExecution transaction, @Nullable Throwable failure) {
        hasEnded(transaction);
    }

    private void hasEnded(TransactionExecution transaction) {
        Deque<Running> stack = ofThread.get();
        stack.removeIf(running -> running.execution == transaction);
        if (stack.isEmpty()) {
            ofThread.remove();
        }
    }
}

package dev.joiner.store.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Array;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Wrapper;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The connection of a transaction as a handler sees it: until the handler has ended, and without what would end the transaction.
 *
 * <p>Whatever leads back to the connection (statements, results, metadata, arrays, what is unwrapped) is given out in the same way.
 */
final class HandOverConnection {
    /** What leads back to a connection, the special before the general. */
    private static final List<Class<?>> GUARDED = List.of(
            Connection.class,
            CallableStatement.class,
            PreparedStatement.class,
            Statement.class,
            ResultSet.class,
            DatabaseMetaData.class,
            Array.class);

    /** What becomes of calls that end a transaction, or set it up. */
    enum Ends {
        /** They are exceptions: whoever calls them knows that the connection is a hand-over's, and is mistaken. */
        REFUSED,
        /** They do nothing, but that a rollback lets the hand-over fail: code that knows nothing of hand-overs calls them. */
        NOTED
    }

    private final JoinTransaction<?, ?> transaction;
    private final Object running;
    private final Ends ends;
    private final Connection connection;
    private volatile boolean closed;

    private HandOverConnection(JoinTransaction<?, ?> transaction, Object running, Ends ends) {
        this.transaction = transaction;
        this.running = running;
        this.ends = ends;
        connection = (Connection) guarded(transaction.lend(), Connection.class);
    }

    /** @param running stands for the handler */
    static Connection lend(JoinTransaction<?, ?> transaction, Object running, Ends ends) {
        return new HandOverConnection(transaction, running, ends).connection;
    }

    /** Whether its user has closed it, or the handler that it was given to has ended. */
    @SuppressWarnings("ReferenceEquality") // an object stands for each call of a handler
    private boolean isClosed() {
        return closed || transaction.running() != running;
    }

    private Object guarded(Object target, Class<?> type) {
        InvocationHandler handler = target instanceof Connection ? new OfConnection(target) : new Guarded(target);
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler);
    }

    private @Nullable Object guardedIfNeedBe(@Nullable Object answer) {
        for (Class<?> type : GUARDED) {
            if (type.isInstance(answer)) {
                return type == Connection.class ? connection : guarded(answer, type);
            }
        }
        return answer;
    }

    /** What a driver gave, before it was guarded. */
    private static @Nullable Object bare(@Nullable Object argument) {
        return argument != null
                        && Proxy.isProxyClass(argument.getClass())
                        && Proxy.getInvocationHandler(argument) instanceof Guarded guarded
                ? guarded.target
                : argument;
    }

    private class Guarded implements InvocationHandler {
        final Object target;

        Guarded(Object target) {
            this.target = target;
        }

        @Override
        public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
            Object first = arguments == null || arguments.length == 0 ? null : arguments[0];
            return switch (method.getName()) {
                case "equals" -> target.equals(bare(first));
                case "hashCode" -> target.hashCode();
                case "toString" -> "a hand-over's " + target;
                case "unwrap" -> unwrapped(proxy, (Class<?>) Objects.requireNonNull(first));
                case "isWrapperFor" -> isWrapperFor(proxy, (Class<?>) Objects.requireNonNull(first));
                default -> call(method, arguments, first);
            };
        }

        @Nullable
        Object call(Method method, Object @Nullable [] arguments, @Nullable Object first) throws Throwable {
            return switch (method.getName()) {
                case "close" -> invoke(method, null); // also after the end: it is closed then
                case "isClosed" -> isClosed() || Boolean.TRUE.equals(invoke(method, null));
                default -> delegate(method, arguments);
            };
        }

        final @Nullable Object delegate(Method method, Object @Nullable [] arguments) throws Throwable {
            requireOpen();
            return guardedIfNeedBe(invoke(method, arguments));
        }

        private @Nullable Object invoke(Method method, Object @Nullable [] arguments) throws Throwable {
            Object[] bare = arguments == null ? null : arguments.clone();
            for (int i = 0; bare != null && i < bare.length; i++) {
                bare[i] = bare(bare[i]);
            }
            return Forwarded.call(method, target, bare);
        }

        /** A driver's own interface, guarded as well; its classes cannot be. */
        private Object unwrapped(Object proxy, Class<?> type) throws SQLException {
            if (type.isInstance(proxy)) {
                return proxy;
            }
            requireOpen();
            if (!type.isInterface()) {
                throw new SQLException(
                        "a hand-over's connection does not give out " + type.getName()
                                + ", which could end the transaction; ask for an interface",
                        "0A000");
            }
            return guarded(((Wrapper) target).unwrap(type), type);
        }

        private boolean isWrapperFor(Object proxy, Class<?> type) throws SQLException {
            return type.isInstance(proxy) || (type.isInterface() && ((Wrapper) target).isWrapperFor(type));
        }
    }

    private void requireOpen() throws SQLException {
        if (isClosed()) {
            throw new SQLException("the connection is closed, or its handler has ended", "08003");
        }
    }

    private final class OfConnection extends Guarded {
        OfConnection(Object target) {
            super(target);
        }

        @Override
        @Nullable
        Object call(Method method, Object @Nullable [] arguments, @Nullable Object first) throws Throwable {
            switch (method.getName()) {
                case "close" -> {
                    closed = true;
                    return null;
                }
                case "isClosed" -> {
                    return isClosed();
                }
                case "isValid" -> {
                    return !isClosed() && Boolean.TRUE.equals(delegate(method, arguments));
                }
                default -> {
                    requireOpen();
                    return isEnd(method, first) ? end(method, first) : delegate(method, arguments);
                }
            }
        }

        /** Whether the call would end the transaction, or is one that only its beginning allows. */
        private boolean isEnd(Method method, @Nullable Object first) {
            return switch (method.getName()) {
                case "commit", "abort", "setAutoCommit", "setReadOnly", "setTransactionIsolation" -> true;
                case "rollback" -> first == null; // to a savepoint is another matter
                default -> false;
            };
        }

        private @Nullable Object end(Method method, @Nullable Object first) throws SQLException {
            boolean isNoEnd = Boolean.FALSE.equals(first) && method.getName().equals("setAutoCommit");
            boolean isRefused =
                    ends == Ends.REFUSED ? !isNoEnd : method.getName().equals("abort");
            if (isRefused) {
                throw new SQLException(
                        "the transaction is Joiner's: it is committed when the handler has returned, and rolled back when it"
                                + " throws",
                        "2D000");
            }
            if (method.getName().equals("rollback")) {
                transaction.rolledBackByHandler();
            }
            return null;
        }
    }
}

package dev.joiner.store.jdbc;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A data source that counts what is sent to the database, and fails on demand. For one thread. */
final class ObservedDataSource {
    private static final Set<String> SENT = Set.of("execute", "executeQuery", "executeUpdate", "executeBatch");

    private final DataSource dataSource;
    private final Deque<Fault> faults = new ArrayDeque<>();
    private int statements;
    private int commits;
    private int connections;
    private boolean losesCommit;
    private boolean failsRollback;
    private boolean isAborted;
    private boolean isEnded;

    /** @param sqlState null: no fault */
    private record Fault(@Nullable String sqlState, boolean happens, Runnable meanwhile) {}

    ObservedDataSource(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** The next statement is left alone. */
    void passNext() {
        faults.add(new Fault(null, true, () -> {}));
    }

    /** The next statement fails, and has not happened. */
    void failNext(String sqlState) {
        faults.add(new Fault(sqlState, false, () -> {}));
    }

    /** The next rollback does not happen. */
    void failNextRollback() {
        failsRollback = true;
    }

    /** The next statement happens, but its answer does not come back. */
    void loseNextAnswer(String sqlState) {
        faults.add(new Fault(sqlState, true, () -> {}));
    }

    /** The next statement happens, but its answer does not come back; something else happens in the meantime. */
    void loseNextAnswer(Runnable meanwhile) {
        faults.add(new Fault("08006", true, meanwhile));
    }

    /** The next commit of several statements happens, but its answer does not come back. */
    void loseNextCommit() {
        losesCommit = true;
    }

    boolean hasFaultsLeft() {
        return losesCommit || failsRollback || !faults.isEmpty();
    }

    /** How many statements were sent since the last time this was asked. */
    int statements() {
        int counted = statements;
        statements = 0;
        return counted;
    }

    /** How many transactions were ended; with auto-commit, each statement is one. */
    int commits() {
        int counted = commits;
        commits = 0;
        return counted;
    }

    /** Whether a connection was given up. */
    boolean isAborted() {
        return isAborted;
    }

    /** How many connections are out. */
    int connections() {
        return connections;
    }

    DataSource dataSource() {
        return proxy(DataSource.class, dataSource, (method, answer) -> {
            if (answer instanceof Connection connection) {
                connections++;
                return observed(connection);
            }
            return answer;
        });
    }

    private Connection observed(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (self, method, arguments) -> {
                    String name = method.getName();
                    boolean isCommit = name.equals("commit")
                            || (name.equals("setAutoCommit") && arguments[0].equals(true) && isOpen(connection));
                    if (name.equals("rollback") && failsRollback) {
                        failsRollback = false;
                        throw new SQLException("no rollback", "53100");
                    }
                    Object answer = Forwarded.call(method, connection, arguments);
                    if (isCommit) {
                        commits++;
                        if (losesCommit) {
                            losesCommit = false;
                            throw new SQLException("injected", "08006");
                        }
                    }
                    if (name.equals("abort")) {
                        isAborted = true;
                    }
                    if (name.equals("commit") || name.equals("rollback")) {
                        isEnded = true;
                    } else if (name.equals("close")) {
                        connections--;
                    }
                    return answer instanceof PreparedStatement statement ? observed(connection, statement) : answer;
                });
    }

    /** To set auto-commit commits, if a transaction is open. */
    private boolean isOpen(Connection connection) throws SQLException {
        return !connection.getAutoCommit() && !isEnded;
    }

    private PreparedStatement observed(Connection connection, PreparedStatement statement) {
        return (PreparedStatement) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {PreparedStatement.class}, (self, method, arguments) -> {
                    if (!SENT.contains(method.getName())) {
                        return Forwarded.call(method, statement, arguments);
                    }
                    statements++;
                    isEnded = false;
                    if (connection.getAutoCommit()) {
                        commits++;
                    }
                    Fault fault = faults.poll();
                    if (fault == null || fault.sqlState() == null) {
                        return Forwarded.call(method, statement, arguments);
                    }
                    if (fault.happens()) {
                        Forwarded.call(method, statement, arguments);
                    }
                    fault.meanwhile().run();
                    throw new SQLException("injected", fault.sqlState());
                });
    }

    private interface Answered {
        Object answer(String method, Object answer) throws SQLException;
    }

    private static <T> T proxy(Class<T> type, T target, Answered answered) {
        return type.cast(Proxy.newProxyInstance(
                ObservedDataSource.class.getClassLoader(),
                new Class<?>[] {type},
                (self, method, arguments) ->
                        answered.answer(method.getName(), Forwarded.call(method, target, arguments))));
    }
}

package dev.joiner.store.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import javax.sql.DataSource;

/** Wraps a data source, so that something happens right before and right after each commit. */
final class CommitHooks {
    private CommitHooks() {}

    static DataSource around(DataSource dataSource, Runnable before, Runnable after) {
        return proxy(DataSource.class, (proxy, method, arguments) -> {
            Object answer = Forwarded.call(method, dataSource, arguments);
            return answer instanceof Connection connection ? hooked(connection, before, after) : answer;
        });
    }

    private static Connection hooked(Connection connection, Runnable before, Runnable after) {
        return proxy(Connection.class, (proxy, method, arguments) -> {
            if (!method.getName().equals("commit")) {
                return Forwarded.call(method, connection, arguments);
            }
            before.run();
            Object answer = Forwarded.call(method, connection, arguments);
            after.run();
            return answer;
        });
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}

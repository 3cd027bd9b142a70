package dev.joiner.store.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import javax.sql.DataSource;

/** Wraps a data source, so that something happens right before and right after each commit. */
final class CommitHooks {
    private CommitHooks() {}

    static DataSource around(DataSource dataSource, Runnable before, Runnable after) {
        return proxy(DataSource.class, (proxy, method, arguments) -> {
            Object answer = invoke(method, dataSource, arguments);
            return answer instanceof Connection connection ? hooked(connection, before, after) : answer;
        });
    }

    private static Connection hooked(Connection connection, Runnable before, Runnable after) {
        return proxy(Connection.class, (proxy, method, arguments) -> {
            if (!method.getName().equals("commit")) {
                return invoke(method, connection, arguments);
            }
            before.run();
            Object answer = invoke(method, connection, arguments);
            after.run();
            return answer;
        });
    }

    private static Object invoke(Method method, Object target, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}

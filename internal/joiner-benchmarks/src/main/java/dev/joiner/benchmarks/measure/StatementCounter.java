package dev.joiner.benchmarks.measure;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Counts what goes over the connections of data sources: statements, and commits and roll-backs that are asked for. */
final class StatementCounter {
    private static final Set<String> EXECUTIONS =
            Set.of("execute", "executeQuery", "executeUpdate", "executeBatch", "executeLargeUpdate");
    private static final Set<String> ENDS = Set.of("commit", "rollback");

    private final AtomicLong count = new AtomicLong();

    long count() {
        return count.get();
    }

    DataSource observe(DataSource dataSource) {
        return observed(DataSource.class, dataSource, Set.of());
    }

    private <T> T observed(Class<T> type, T target, Set<String> counted) {
        return type.cast(Proxy.newProxyInstance(
                StatementCounter.class.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    if (counted.contains(method.getName())) {
                        count.incrementAndGet();
                    }
                    return observedAnswer(method, call(target, method, arguments));
                }));
    }

    private @Nullable Object observedAnswer(Method method, @Nullable Object answer) {
        Class<?> type = method.getReturnType();
        if (answer instanceof Connection connection && type == Connection.class) {
            return observed(Connection.class, connection, ENDS);
        }
        if (answer instanceof Statement && Statement.class.isAssignableFrom(type)) {
            return observedAs(type, answer);
        }
        return answer;
    }

    private <T> T observedAs(Class<T> type, Object statement) {
        return observed(type, type.cast(statement), EXECUTIONS);
    }

    private static @Nullable Object call(Object target, Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        }
    }
}

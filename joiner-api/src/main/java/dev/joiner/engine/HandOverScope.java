package dev.joiner.engine;

import dev.joiner.HandOver;
import java.util.concurrent.Callable;

/** What an engine puts around each call of a handler: a savepoint, say, or a class loader. */
@FunctionalInterface
public interface HandOverScope {

    /**
     * Calls the handler and returns what it returned, or throws what it threw.
     *
     * @param handler {@code process}, {@code onExpired} or {@code onPoisoned}, on a value
     */
    <T> T call(HandOver<?> handOver, Callable<T> handler) throws Exception;
}

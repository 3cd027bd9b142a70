package dev.joiner.spring.boot;

import dev.joiner.JoinStoreConfig;
import dev.joiner.KeyedJoiner;

/**
 * One join of the application, as those see it who look after all of them.
 *
 * @param name of its spec
 */
record Join<K, V>(String name, KeyedJoiner<?, K, V, ?> joiner, JoinStoreConfig<K, V> config) {}

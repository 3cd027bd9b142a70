/** A store that keeps joins in Redis. */
@NullMarked
package dev.joiner.store.redis;

import org.jspecify.annotations.NullMarked;

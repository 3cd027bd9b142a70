/** Not for use by others. */
@NullMarked
package dev.joiner.store.redis.internal;

import org.jspecify.annotations.NullMarked;

/** Not for use by others. */
@NullMarked
package dev.joiner.store.memory.internal;

import org.jspecify.annotations.NullMarked;

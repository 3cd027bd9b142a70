/** Not for use by others. */
@NullMarked
package dev.joiner.store.jdbc.internal;

import org.jspecify.annotations.NullMarked;

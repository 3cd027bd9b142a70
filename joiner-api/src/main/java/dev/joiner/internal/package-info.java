/** Not for use by others. */
@NullMarked
package dev.joiner.internal;

import org.jspecify.annotations.NullMarked;

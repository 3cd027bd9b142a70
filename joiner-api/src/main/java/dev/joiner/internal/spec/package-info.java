/** Not for use by others. */
@NullMarked
package dev.joiner.internal.spec;

import org.jspecify.annotations.NullMarked;

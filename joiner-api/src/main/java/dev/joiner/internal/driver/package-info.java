/** Not for use by others. */
@NullMarked
package dev.joiner.internal.driver;

import org.jspecify.annotations.NullMarked;

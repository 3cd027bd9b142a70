/** Stores that keep joins in the memory of one process: without a bound, or with one. */
@NullMarked
package dev.joiner.store.memory;

import org.jspecify.annotations.NullMarked;

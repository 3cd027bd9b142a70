/** Joiner side by side with what would be used instead. */
@NullMarked
package dev.joiner.benchmarks;

import org.jspecify.annotations.NullMarked;

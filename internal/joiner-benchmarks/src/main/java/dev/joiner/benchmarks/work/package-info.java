/** The work that every subject does. */
@NullMarked
package dev.joiner.benchmarks.work;

import org.jspecify.annotations.NullMarked;

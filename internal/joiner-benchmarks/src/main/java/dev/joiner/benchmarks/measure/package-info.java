/** How work is measured. */
@NullMarked
package dev.joiner.benchmarks.measure;

import org.jspecify.annotations.NullMarked;

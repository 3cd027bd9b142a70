/** How what was measured is said. */
@NullMarked
package dev.joiner.benchmarks.report;

import org.jspecify.annotations.NullMarked;

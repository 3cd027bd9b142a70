/** What is compared: Joiner, and what would be used instead. */
@NullMarked
package dev.joiner.benchmarks.subject;

import org.jspecify.annotations.NullMarked;

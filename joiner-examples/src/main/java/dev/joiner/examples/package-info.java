/** Runnable examples. */
@NullMarked
package dev.joiner.examples;

import org.jspecify.annotations.NullMarked;

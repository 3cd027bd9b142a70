/** The orders that the consumers join. */
@NullMarked
package dev.joiner.examples.spring.orders;

import org.jspecify.annotations.NullMarked;

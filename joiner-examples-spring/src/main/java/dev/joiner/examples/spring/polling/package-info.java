/** A consumer of a table. */
@NullMarked
package dev.joiner.examples.spring.polling;

import org.jspecify.annotations.NullMarked;

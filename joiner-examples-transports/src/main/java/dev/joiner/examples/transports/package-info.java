/** A consumer loop for each transport that people have. */
@NullMarked
package dev.joiner.examples.transports;

import org.jspecify.annotations.NullMarked;

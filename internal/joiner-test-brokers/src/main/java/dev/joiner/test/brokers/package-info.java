/** Real brokers in the JVM of a test: they listen on this machine alone, and end with the JVM at the latest. */
@NullMarked
package dev.joiner.test.brokers;

import org.jspecify.annotations.NullMarked;

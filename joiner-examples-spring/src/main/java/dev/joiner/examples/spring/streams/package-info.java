/** An application of Kafka Streams. */
@NullMarked
package dev.joiner.examples.spring.streams;

import org.jspecify.annotations.NullMarked;

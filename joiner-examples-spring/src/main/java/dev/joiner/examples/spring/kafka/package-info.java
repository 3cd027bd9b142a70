/** A consumer of Kafka. */
@NullMarked
package dev.joiner.examples.spring.kafka;

import org.jspecify.annotations.NullMarked;

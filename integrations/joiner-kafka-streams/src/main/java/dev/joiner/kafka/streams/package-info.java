/** Joins in Kafka Streams. Begin with {@link dev.joiner.kafka.streams.KafkaStreamsJoin}. */
@NullMarked
package dev.joiner.kafka.streams;

import org.jspecify.annotations.NullMarked;

package dev.joiner.kafka.streams;

import dev.joiner.engine.SpecFunctions;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.StreamsConfig;
import org.jspecify.annotations.Nullable;

/** What an application is configured to guarantee, and the size of its records, as far as joins depend on that. */
record Guarantee(boolean isExactlyOnce, Duration transactionTimeout, long maxRecordBytes) {
    /** As Kafka Streams sets it. */
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);
    /** As producers, and topics, set it. */
    private static final long DEFAULT_RECORD_BYTES = 1 << 20;
    /** For a key of 500 letters and an id, and what goes around a record. */
    private static final long ROOM_FOR_KEYS = 8 << 10;

    static Guarantee of(Map<String, Object> config) {
        Object guarantee = config.get(StreamsConfig.PROCESSING_GUARANTEE_CONFIG);
        Object timeout = ofProducer(config, ProducerConfig.TRANSACTION_TIMEOUT_CONFIG);
        Object largest = ofProducer(config, ProducerConfig.MAX_REQUEST_SIZE_CONFIG);
        return new Guarantee(
                StreamsConfig.EXACTLY_ONCE_V2.equals(guarantee),
                timeout == null ? DEFAULT_TIMEOUT : Duration.ofMillis(Long.parseLong(timeout.toString())),
                (largest == null ? DEFAULT_RECORD_BYTES : Long.parseLong(largest.toString())) - ROOM_FOR_KEYS);
    }

    private static @Nullable Object ofProducer(Map<String, Object> config, String option) {
        Object own = config.get(StreamsConfig.producerPrefix(option));
        return own == null ? config.get(option) : own;
    }

    void require(SpecFunctions<?, ?, ?, ?> functions, KafkaJoinOptions<?, ?> options) {
        if (!isExactlyOnce && !functions.remembersIds() && !options.allowsAtLeastOnce()) {
            throw new ConfigException(
                    options.name()
                            + ": processing.guarantee is not exactly_once_v2, and ids are not remembered beyond their joins, so that"
                            + " messages count twice after a crash. Set exactly_once_v2, or identifiedBy(id, kept), or allowAtLeastOnce");
        }
        if (isExactlyOnce && options.budget().compareTo(transactionTimeout) >= 0) {
            throw new ConfigException(options.name() + ": sweepFor is " + options.budget()
                    + ", must be less than transaction.timeout.ms, which is " + transactionTimeout.toMillis());
        }
    }
}

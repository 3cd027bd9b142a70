package dev.joiner.kafka.streams;

import dev.joiner.engine.SpecFunctions;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.StreamsConfig;

/** What an application is configured to guarantee, as far as joins depend on it. */
record Guarantee(boolean isExactlyOnce, Duration transactionTimeout) {
    /** As Kafka Streams sets it. */
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

    static Guarantee of(Map<String, Object> config) {
        Object guarantee = config.get(StreamsConfig.PROCESSING_GUARANTEE_CONFIG);
        Object timeout = config.get(StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG));
        if (timeout == null) {
            timeout = config.get(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG);
        }
        return new Guarantee(
                StreamsConfig.EXACTLY_ONCE_V2.equals(guarantee),
                timeout == null ? DEFAULT_TIMEOUT : Duration.ofMillis(Long.parseLong(timeout.toString())));
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

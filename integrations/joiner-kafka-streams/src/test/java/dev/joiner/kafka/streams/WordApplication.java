package dev.joiner.kafka.streams;

import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.KeyCodec;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Produced;

/** Joins words of letters that come in three topics, in a process that may be killed. */
final class WordApplication {
    static final String[] INPUTS = {"first", "second", "third"};
    static final String JOINED = "joined";
    static final String EXPIRED = "expired";
    static final String RUNNING = "running";

    /** A word with this letter expires at once. */
    private static final String OVERDUE = "x";

    static final KafkaJoinOptions<String, String> OPTIONS =
            KafkaJoinOptions.of("words", KeyCodec.string(), Codec.string()).sweepEvery(Duration.ofMillis(100));

    private WordApplication() {}

    /** The value, which expires, is the word; what joins is made of its parts, which are kept apart. */
    static JoinSpec<Letter, String, String, String> spec(int letters) {
        return JoinSpec.joining(Letter.class)
                .keyedBy(Letter::order)
                .<String>mergedBy((part, pending) -> pending == null ? part.letter() : pending + part.letter())
                .collecting(Letter::letter, Codec.string())
                .sufficientWhen((word, parts) -> parts >= letters)
                .identifiedBy(Letter::id, Duration.ofHours(1))
                .expireAt(word -> word.contains(OVERDUE) ? Instant.EPOCH : null)
                .onExpired((word, handOver) -> {})
                .process(parts -> String.join("", parts))
                .build();
    }

    static Topology topology(JoinSpec<Letter, String, String, String> spec, KafkaJoinOptions<String, String> options) {
        StreamsBuilder builder = new StreamsBuilder();
        @SuppressWarnings({"unchecked", "rawtypes"})
        JoinInput<Letter>[] inputs = new JoinInput[INPUTS.length];
        for (int i = 0; i < INPUTS.length; i++) {
            KStream<String, Letter> stream = builder.stream(INPUTS[i], Consumed.with(Serdes.String(), Letter.SERDE));
            inputs[i] = JoinInput.of(INPUTS[i], stream, Letter.SERDE);
        }
        JoinedStreams<Letter, String, String, String> words = KafkaStreamsJoin.join(spec, options, inputs);
        words.joined().to(JOINED, Produced.with(Serdes.String(), Serdes.String()));
        words.expired().to(EXPIRED, Produced.with(Serdes.String(), Serdes.String()));
        return builder.build();
    }

    static Properties config(String broker, String application, Path folder) {
        Properties config = new Properties();
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, broker);
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, application);
        config.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString());
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
        config.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
        config.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, 1);
        config.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        config.put(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), 3_000);
        config.put(StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), 300);
        config.put(StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), 4_000);
        return config;
    }

    /** Runs until its input ends. */
    public static void main(String[] arguments) throws Exception {
        Properties config = config(arguments[0], arguments[1], Path.of(arguments[2]));
        try (KafkaStreams streams = new KafkaStreams(topology(spec(3), OPTIONS), config)) {
            streams.setStateListener((now, before) -> {
                if (now == KafkaStreams.State.RUNNING) {
                    System.out.println(RUNNING);
                }
            });
            streams.start();
            System.in.transferTo(OutputStream.nullOutputStream());
        }
    }
}

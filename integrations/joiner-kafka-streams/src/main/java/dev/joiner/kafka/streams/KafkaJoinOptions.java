package dev.joiner.kafka.streams;

import dev.joiner.Codec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.KeyCodec;
import dev.joiner.SweepReport;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.Stores;

/**
 * How a join lives in a topology: its name, its codecs, its clock, its stores. Immutable; each method returns options with one of
 * them changed.
 *
 * <p>Defaults: stores in RocksDB, with changelogs and without a cache; wall-clock time; a sweep every second, for half a second at
 * most; refused under {@code at_least_once} unless ids are remembered.
 *
 * @param <K> the keys
 * @param <V> the value that messages are merged into
 */
public final class KafkaJoinOptions<K, V> {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9._-]{1,100}");

    private final JoinStoreConfig<K, V> config;
    private PunctuationType time = PunctuationType.WALL_CLOCK_TIME;
    private Duration interval = Duration.ofSeconds(1);
    private Duration budget = Duration.ofMillis(500);
    private Function<String, KeyValueBytesStoreSupplier> stores = Stores::persistentKeyValueStore;
    private boolean isCached;
    private boolean allowsAtLeastOnce;
    private boolean reexamines;
    private Consumer<? super SweepReport> reports = report -> {};

    private KafkaJoinOptions(JoinStoreConfig<K, V> config) {
        this.config = config;
    }

    private KafkaJoinOptions<K, V> copy() {
        KafkaJoinOptions<K, V> copy = new KafkaJoinOptions<>(config);
        copy.time = time;
        copy.interval = interval;
        copy.budget = budget;
        copy.stores = stores;
        copy.isCached = isCached;
        copy.allowsAtLeastOnce = allowsAtLeastOnce;
        copy.reexamines = reexamines;
        copy.reports = reports;
        return copy;
    }

    /**
     * Begins options.
     *
     * @param name of the join's node, and the beginning of the names of its stores and of their topics: it belongs to what is stored.
     *     1 to 100 letters, digits, dots, underscores and hyphens
     * @param keys turns keys into text
     * @param values turns values into bytes
     * @throws IllegalArgumentException if the name is not a valid one
     */
    public static <K, V> KafkaJoinOptions<K, V> of(String name, KeyCodec<K> keys, Codec<V> values) {
        if (!NAME.matcher(Objects.requireNonNull(name, "name")).matches()) {
            throw new IllegalArgumentException(
                    "name is \"" + name + "\", must be 1 to 100 letters, digits, dots, underscores and hyphens");
        }
        return new KafkaJoinOptions<>(JoinStoreConfig.of(name, keys, values));
    }

    /**
     * Sets the time that joins live by.
     *
     * @param type wall-clock time lets joins expire in streams that are idle. Stream time, that of the records, makes a replay
     *     expire what expired before; without records it stands still, and a record that comes long after a deadline still joins if
     *     no sweep was before it
     */
    public KafkaJoinOptions<K, V> time(PunctuationType type) {
        KafkaJoinOptions<K, V> copy = copy();
        copy.time = Objects.requireNonNull(type, "time");
        return copy;
    }

    /**
     * Sets how often joins that are due are looked for.
     *
     * @param duration at least 1 millisecond
     */
    public KafkaJoinOptions<K, V> sweepEvery(Duration duration) {
        KafkaJoinOptions<K, V> copy = copy();
        copy.interval = positive("sweepEvery", duration);
        return copy;
    }

    /**
     * Sets for how long a sweep begins hand-overs. The rest waits for the next sweep, and the messages of the task in between are
     * processed.
     *
     * @param budget at least 1 millisecond; with the longest hand-over, it must be less than the transaction timeout. A budget
     *     that is not less than it is refused when the task begins
     */
    public KafkaJoinOptions<K, V> sweepFor(Duration budget) {
        KafkaJoinOptions<K, V> copy = copy();
        copy.budget = positive("sweepFor", budget);
        return copy;
    }

    private static Duration positive(String option, Duration duration) {
        if (Objects.requireNonNull(duration, option).toMillis() < 1) {
            throw new IllegalArgumentException(option + " is " + duration + ", must be at least 1 millisecond");
        }
        return duration;
    }

    /**
     * Sets what the stores are made of: {@code Stores::inMemoryKeyValueStore}, say.
     *
     * @param supplier takes the name of a store; its stores must order keys by their bytes
     */
    public KafkaJoinOptions<K, V> storedIn(Function<String, KeyValueBytesStoreSupplier> supplier) {
        KafkaJoinOptions<K, V> copy = copy();
        copy.stores = Objects.requireNonNull(supplier, "storedIn");
        return copy;
    }

    /**
     * Puts Kafka Streams' cache before the stores: what begins and ends within one commit interval is not written to changelogs.
     * Its size is {@code statestore.cache.max.bytes}.
     */
    public KafkaJoinOptions<K, V> cached() {
        KafkaJoinOptions<K, V> copy = copy();
        copy.isCached = true;
        return copy;
    }

    /**
     * Lets the join run under {@code at_least_once} though its ids are not remembered beyond their joins: after a crash messages
     * count twice, and joins come twice or with other content.
     */
    public KafkaJoinOptions<K, V> allowAtLeastOnce() {
        KafkaJoinOptions<K, V> copy = copy();
        copy.allowsAtLeastOnce = true;
        return copy;
    }

    /**
     * Asks {@code sufficientWhen} again for every open join, once when a task begins: for a spec that asks for less than it did
     * when they were stored. Sweeps read the whole store for it, within their budget.
     */
    public KafkaJoinOptions<K, V> reexamineAtStart() {
        KafkaJoinOptions<K, V> copy = copy();
        copy.reexamines = true;
        return copy;
    }

    /**
     * Sets who is told what sweeps did, if they did anything.
     *
     * @param receiver called by the threads of Kafka Streams; what it throws fails the task
     */
    public KafkaJoinOptions<K, V> reportTo(Consumer<? super SweepReport> receiver) {
        KafkaJoinOptions<K, V> copy = copy();
        copy.reports = Objects.requireNonNull(receiver, "reportTo");
        return copy;
    }

    /** The name of the join's node. */
    public String name() {
        return config.namespace();
    }

    JoinStoreConfig<K, V> config() {
        return config;
    }

    PunctuationType time() {
        return time;
    }

    Duration interval() {
        return interval;
    }

    Duration budget() {
        return budget;
    }

    KeyValueBytesStoreSupplier store(String name) {
        return stores.apply(name);
    }

    boolean isCached() {
        return isCached;
    }

    boolean allowsAtLeastOnce() {
        return allowsAtLeastOnce;
    }

    boolean reexamines() {
        return reexamines;
    }

    Consumer<? super SweepReport> reports() {
        return reports;
    }
}

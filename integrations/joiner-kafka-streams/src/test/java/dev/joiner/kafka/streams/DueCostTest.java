package dev.joiner.kafka.streams;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.JoinSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;

/** What a sweep reads is what is due. Reads are counted, not timed. */
class DueCostTest {
    private static final int PENDING = 1_000_000;
    private static final int DUE = 25;

    private final AtomicLong reads = new AtomicLong();
    private final Map<String, KeyValueStore<Bytes, byte[]>> stores = new HashMap<>();

    /** A store that counts what is read from it. */
    private final class CountingStore implements KeyValueStore<Bytes, byte[]> {
        private final KeyValueStore<Bytes, byte[]> store;

        CountingStore(KeyValueStore<Bytes, byte[]> store) {
            this.store = store;
        }

        private KeyValueIterator<Bytes, byte[]> counted(KeyValueIterator<Bytes, byte[]> entries) {
            return new KeyValueIterator<>() {
                @Override
                public boolean hasNext() {
                    return entries.hasNext();
                }

                @Override
                public KeyValue<Bytes, byte[]> next() {
                    reads.incrementAndGet();
                    return entries.next();
                }

                @Override
                public Bytes peekNextKey() {
                    return entries.peekNextKey();
                }

                @Override
                public void close() {
                    entries.close();
                }
            };
        }

        @Override
        public byte[] get(Bytes key) {
            reads.incrementAndGet();
            return store.get(key);
        }

        @Override
        public KeyValueIterator<Bytes, byte[]> range(Bytes from, Bytes to) {
            return counted(store.range(from, to));
        }

        @Override
        public KeyValueIterator<Bytes, byte[]> all() {
            return counted(store.all());
        }

        @Override
        public void put(Bytes key, byte[] value) {
            store.put(key, value);
        }

        @Override
        public byte[] putIfAbsent(Bytes key, byte[] value) {
            return store.putIfAbsent(key, value);
        }

        @Override
        public void putAll(List<KeyValue<Bytes, byte[]>> entries) {
            store.putAll(entries);
        }

        @Override
        public byte[] delete(Bytes key) {
            return store.delete(key);
        }

        @Override
        public long approximateNumEntries() {
            return store.approximateNumEntries();
        }

        @Override
        public String name() {
            return store.name();
        }

        @Override
        public void init(StateStoreContext context, StateStore root) {
            store.init(context, root);
        }

        @Override
        public void close() {
            store.close();
        }

        @Override
        public boolean persistent() {
            return store.persistent();
        }

        @Override
        public boolean isOpen() {
            return store.isOpen();
        }

        @Override
        public Position getPosition() {
            return store.getPosition();
        }
    }

    private KeyValueBytesStoreSupplier counting(String name) {
        return new KeyValueBytesStoreSupplier() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public KeyValueStore<Bytes, byte[]> get() {
                KeyValueStore<Bytes, byte[]> store =
                        Stores.inMemoryKeyValueStore(name).get();
                stores.put(name, store);
                return new CountingStore(store);
            }

            @Override
            public String metricsScope() {
                return "in-memory";
            }
        };
    }

    @Test
    void sweepReadsWhatIsDueAndNoMore() {
        Instant soon = WordJoin.START.plus(Duration.ofMinutes(1));
        Instant late = WordJoin.START.plus(Duration.ofDays(1));
        JoinSpec<Letter, String, String, String> spec = Letter.words(2)
                .expireAt(word -> word.equals("!") ? soon : late)
                .onExpired((word, handOver) -> {})
                .build();
        try (var join = WordJoin.of(spec, options -> options.storedIn(this::counting), WordJoin.AT_ONCE)) {
            for (int i = 0; i < DUE; i++) {
                join.send(Letter.of("due" + i, "!"));
            }
            join.send(Letter.of("k", "a"));
            copy(late.toEpochMilli());
            reads.set(0);
            join.advance(Duration.ofSeconds(59));
            assertThat(reads).hasValue(0);

            join.advance(Duration.ofSeconds(1));
            assertThat(join.read(JoinOutput.EXPIRED)).hasSize(DUE);
            assertThat(reads).as("a deadline and a state for each").hasValue(2 * DUE);
        }
    }

    /** Puts a million copies of a join beside it, behind the back of Kafka Streams, which would write them to its changelog. */
    private void copy(long dueAt) {
        KeyValueStore<Bytes, byte[]> joins = stores.get(JoinStates.storeOfJoins(WordJoin.NAME));
        Deadlines deadlines = new Deadlines(stores.get(JoinStates.storeOfDeadlines(WordJoin.NAME)));
        byte[] state = joins.get(Bytes.wrap("k".getBytes(UTF_8)));
        for (int i = 0; i < PENDING; i++) {
            Bytes key = Bytes.wrap(("k" + i).getBytes(UTF_8));
            joins.put(key, state);
            deadlines.add(dueAt, key);
        }
    }
}

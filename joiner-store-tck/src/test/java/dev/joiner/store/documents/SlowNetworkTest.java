package dev.joiner.store.documents;

import dev.joiner.JoinStoreConfig;
import dev.joiner.spi.JoinStore;
import dev.joiner.store.documents.DocumentClient.Fault;
import dev.joiner.store.tck.JoinStoreContract;
import dev.joiner.store.tck.StoreUnderTest;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/** Requests take their time, so that other threads and nodes come between the requests of one exchange. */
class SlowNetworkTest extends JoinStoreContract {
    private static final int MOST_NANOS = 200_000;

    SlowNetworkTest() {
        super(new Slow());
    }

    private static final class Slow implements StoreUnderTest {
        private final DocumentDatabase database = new DocumentDatabase();

        @Override
        public <K, V> JoinStore<K, V> open(JoinStoreConfig<K, V> config) {
            DocumentClient client = new DocumentClient(database);
            client.network(call -> {
                LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(MOST_NANOS));
                return Fault.NONE;
            });
            return new DocumentJoinStore<>(client, true, config, 1 << 20);
        }
    }
}

package dev.joiner.store.tck;

import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStoreConfig;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TimeZone;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

/**
 * What every store of joins does: an abstract suite for JUnit 5 and 6. A subclass says how its stores are opened, and
 * has all tests.
 *
 * <p>They check the store's own promises, the behaviour of joins on it, and that nothing is lost or doubled when two
 * nodes join messages at random. They run in a Turkish locale and in the time zone of Colombo.
 */
@NullMarked
public abstract class JoinStoreContract {
    private static final Locale LOCALE = Locale.getDefault();
    private static final TimeZone ZONE = TimeZone.getDefault();

    private final List<JoinStore<?, ?>> opened = new CopyOnWriteArrayList<>();
    private final Set<String> namespaces = ConcurrentHashMap.newKeySet();
    private final Stores stores = this::openOne;

    protected JoinStoreContract() {}

    /** Letters change case in another way there than in English, and the clock is not off by whole hours. */
    @BeforeAll
    static void goToAForeignPlace() {
        Locale.setDefault(Locale.forLanguageTag("tr-TR"));
        TimeZone.setDefault(TimeZone.getTimeZone("Asia/Colombo"));
    }

    @AfterAll
    static void comeBack() {
        Locale.setDefault(LOCALE);
        TimeZone.setDefault(ZONE);
    }

    /**
     * A store on the data of the config's namespace, which no other test uses. Opened twice, also when the first has been
     * closed, it shows the same data twice, as two nodes see it. A store that ends with its process may return the same
     * object again, if its {@code close} leaves the data alone.
     */
    protected abstract <K, V> JoinStore<K, V> open(JoinStoreConfig<K, V> config) throws Exception;

    /**
     * Whether {@link #open} shows the same data twice. True by default; where it is not, the tests that need a second
     * node are left out.
     */
    protected boolean isShared() {
        return true;
    }

    /** Cleans up after a test, when the stores that it opened are closed. Does nothing by default. */
    protected void dispose() throws Exception {}

    private <K, V> JoinStore<K, V> openOne(JoinStoreConfig<K, V> config) {
        if (!namespaces.add(config.namespace())) {
            Assumptions.assumeTrue(isShared(), "needs a second node, and the store is not shared");
        }
        try {
            JoinStore<K, V> store = open(config);
            opened.add(store);
            return store;
        } catch (Exception e) {
            throw new IllegalStateException("the store cannot be opened", e);
        }
    }

    @AfterEach
    final void closeStores() throws Exception {
        opened.forEach(JoinStore::close);
        opened.clear();
        dispose();
    }

    @Nested
    class Spi extends SpiContract {
        Spi() {
            super(stores);
        }
    }

    @Nested
    class Fuzz extends FuzzContract {
        Fuzz() {
            super(stores);
        }
    }

    @Nested
    class Joining extends JoiningScenarios {
        Joining() {
            super(stores);
        }
    }

    @Nested
    class Keys extends KeyScenarios {
        Keys() {
            super(stores);
        }
    }

    @Nested
    class DuplicatesAndLate extends DuplicateAndLateScenarios {
        DuplicatesAndLate() {
            super(stores);
        }
    }

    @Nested
    class Expiry extends ExpiryScenarios {
        Expiry() {
            super(stores);
        }
    }

    @Nested
    class HandOverFailures extends HandOverFailureScenarios {
        HandOverFailures() {
            super(stores);
        }
    }

    @Nested
    class Leases extends LeaseScenarios {
        Leases() {
            super(stores);
        }
    }

    @Nested
    class ReleaseAndDrop extends ReleaseAndDropScenarios {
        ReleaseAndDrop() {
            super(stores);
        }
    }

    @Nested
    class SeveralNodes extends SeveralNodesScenarios {
        SeveralNodes() {
            super(stores);
        }
    }

    @Nested
    class FoundByExploring extends FoundByExploringScenarios {
        FoundByExploring() {
            super(stores);
        }
    }

    @Nested
    class Batches extends BatchScenarios {
        Batches() {
            super(stores);
        }
    }

    @Nested
    class Races extends RaceScenarios {
        Races() {
            super(stores);
        }
    }

    @Nested
    class StoreFaults extends StoreFaultScenarios {
        StoreFaults() {
            super(stores);
        }
    }

    @Nested
    class Listeners extends ListenerScenarios {
        Listeners() {
            super(stores);
        }
    }
}

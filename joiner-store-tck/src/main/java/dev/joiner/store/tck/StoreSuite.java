package dev.joiner.store.tck;

import dev.joiner.JoinStoreConfig;
import dev.joiner.spi.JoinStore;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TimeZone;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;

/** What both suites have in common: they open stores, close them after each test, and run in a foreign place. */
abstract class StoreSuite {
    private static final Locale LOCALE = Locale.getDefault();
    private static final TimeZone ZONE = TimeZone.getDefault();

    private final StoreUnderTest tested;
    private final List<JoinStore<?, ?>> opened = new CopyOnWriteArrayList<>();
    private final Set<String> namespaces = ConcurrentHashMap.newKeySet();
    final Stores stores = this::open;

    StoreSuite(StoreUnderTest tested) {
        this.tested = tested;
    }

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

    private <K, V> JoinStore<K, V> open(JoinStoreConfig<K, V> config) {
        if (!namespaces.add(config.namespace())) {
            Assumptions.assumeTrue(tested.isShared(), "needs a second node, and the store is not shared");
        }
        try {
            JoinStore<K, V> store = tested.open(config);
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
        tested.dispose();
    }
}

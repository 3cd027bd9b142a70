package dev.joiner.explorer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every interleaving of two nodes in each of the small worlds of {@link Settings}. */
class ExplorerTest {
    private static final Map<String, Future<String>> EXPLORED = new HashMap<>();
    private static ExecutorService explorers;

    /** Each core explores a setting. With a fault more in each, one fills the heap. */
    @BeforeAll
    static void exploreAll() {
        boolean thorough = Settings.areThorough();
        explorers =
                Executors.newFixedThreadPool(thorough ? 1 : Runtime.getRuntime().availableProcessors());
        ThreadLocal<OwnClasses> ofThread = ThreadLocal.withInitial(OwnClasses::with);
        for (Setting setting : Settings.chosen()) {
            EXPLORED.put(setting.name(), explorers.submit(() -> ofThread.get().explore(setting.name(), thorough)));
        }
    }

    @AfterAll
    static void stop() {
        explorers.shutdownNow();
        EXPLORED.clear();
    }

    @ParameterizedTest
    @MethodSource("dev.joiner.explorer.Settings#chosen")
    void noInterleavingBreaksAPromise(Setting setting) throws Exception {
        String broken = EXPLORED.get(setting.name()).get();

        assertThat(broken).as("the way to a broken promise").isEmpty();
    }
}

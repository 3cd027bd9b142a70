package dev.joiner.store.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.github.benmanes.caffeine.cache.Caffeine;
import dev.joiner.Codec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.JoinStores;
import dev.joiner.KeyCodec;
import dev.joiner.spi.JoinStore;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.lang.reflect.InvocationTargetException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpeningByUrlTest {
    private static final JoinStoreConfig<String, String> CONFIG =
            JoinStoreConfig.of("test", KeyCodec.string(), Codec.string());
    private static final String EVICTING = "caffeine:?maximumSize=1";

    @ParameterizedTest
    @ValueSource(strings = {"memory:", "Memory:", "memory:?", "memory:?maximumSize=1"})
    void memoryIsAMap(String url) {
        JoinStore<String, String> store = JoinStores.open(url, CONFIG);

        assertThat(store).isInstanceOf(MapJoinStore.class);
        store.compareAndExchange("k", null, States.open("v"));
        assertThat(JoinStores.open(url, CONFIG).find("k")).isNull();
    }

    @Test
    void memoryMayHaveABoundThatRejects() {
        assertThat(JoinStores.open("memory:?maximumSize=2", CONFIG)).hasToString("MapJoinStore[0 of at most 2 keys]");
        assertThat(JoinStores.open("memory:", CONFIG)).hasToString("MapJoinStore[0 keys]");
    }

    @Test
    void caffeineHasABoundThatEvicts() {
        JoinStore<String, String> store = JoinStores.open("caffeine:?maximumSize=2", CONFIG);

        assertThat(store).hasToString("CaffeineJoinStore[0 keys, of at most 2 open joins]");
        assertThat(store.evicts()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "caffeine:?maximumSize=2&overflow=reject",
                "caffeine:?overflow=evict",
                "memory:?overflow=reject&maximumSize=2"
            })
    void anOverflowIsToldWhichStoreToUse(String url) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JoinStores.open(url, CONFIG))
                .withMessageContainingAll(
                        "overflow", "memory:?maximumSize=N refuses", "caffeine:?maximumSize=N evicts");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "memory:joins                               | \"joins\"",
                "memory://joins                             | \"//joins\"",
                "memory:?size=1                             | \"size\" \"1\"",
                "memory:?maximumSize=                       | maximumSize \"\"",
                "memory:?maximumSize=0                      | maximumSize 0",
                "memory:?maximumSize=1&maximumSize=2        | maximumSize \"2\"",
                "caffeine:                                  | maximumSize",
                "caffeine:/joins?maximumSize=1              | \"/joins\"",
                "caffeine:?maximumSize=                     | maximumSize \"\"",
                "caffeine:?maximumSize                      | maximumSize \"\"",
                "caffeine:?maximumSize=many                 | maximumSize \"many\"",
                "caffeine:?maximumSize=0                    | maximumSize 0",
                "caffeine:?maximumSize=-1                   | maximumSize -1",
                "caffeine:?maximumSize=99999999999999999999 | maximumSize \"99999999999999999999\"",
                "caffeine:?maximumSize=1&maximumSize=2      | maximumSize \"2\"",
                "caffeine:?maximumSize=1&expiry=1m          | \"expiry\" \"1m\"",
                "caffeine:?maximumsize=1                    | \"maximumsize\""
            })
    void whatIsNotUnderstoodIsNamed(String url, String named) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JoinStores.open(url, CONFIG))
                .withMessageContainingAll(named.split(" "));
    }

    @Test
    void onTheClassPathCaffeineIsNeededForItsStoreOnly() throws Exception {
        try (URLClassLoader without = new URLClassLoader(urls(folders()), ClassLoader.getPlatformClassLoader());
                URLClassLoader with =
                        new URLClassLoader(urls(foldersAndCaffeine()), ClassLoader.getPlatformClassLoader())) {
            opensOnlyWhatItCan(without);
            assertThat(open(with, EVICTING).getClass().getSimpleName()).isEqualTo("CaffeineJoinStore");
        }
    }

    @Test
    void onTheModulePathCaffeineIsNeededForItsStoreOnly() throws Exception {
        opensOnlyWhatItCan(layer(folders(), "dev.joiner.store.memory"));
        ClassLoader with = layer(foldersAndCaffeine(), "dev.joiner.store.memory", "com.github.benmanes.caffeine");
        assertThat(open(with, EVICTING).getClass().getSimpleName()).isEqualTo("CaffeineJoinStore");
    }

    private static void opensOnlyWhatItCan(ClassLoader withoutCaffeine) throws Exception {
        assertThat(open(withoutCaffeine, "memory:?maximumSize=1")).hasToString("MapJoinStore[0 of at most 1 keys]");
        assertThatExceptionOfType(InvocationTargetException.class)
                .isThrownBy(() -> open(withoutCaffeine, EVICTING))
                .withStackTraceContaining("UnknownStoreException")
                .withStackTraceContaining("com.github.ben-manes.caffeine:caffeine");
    }

    /** Opens a store with classes that are not those of this test. */
    private static Object open(ClassLoader loader, String url) throws Exception {
        Class<?> config = loader.loadClass(JoinStoreConfig.class.getName());
        Class<?> keys = loader.loadClass(KeyCodec.class.getName());
        Class<?> values = loader.loadClass(Codec.class.getName());
        Object anyConfig = config.getMethod("of", String.class, keys, values)
                .invoke(
                        null,
                        "test",
                        keys.getMethod("string").invoke(null),
                        values.getMethod("string").invoke(null));
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            return loader.loadClass(JoinStores.class.getName())
                    .getMethod("open", String.class, config)
                    .invoke(null, url, anyConfig);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static ClassLoader layer(List<Path> modulePath, String... roots) {
        ModuleLayer boot = ModuleLayer.boot();
        Configuration configuration = boot.configuration()
                .resolve(ModuleFinder.of(modulePath.toArray(Path[]::new)), ModuleFinder.of(), Set.of(roots));
        return boot.defineModulesWithOneLoader(configuration, ClassLoader.getPlatformClassLoader())
                .findLoader(roots[0]);
    }

    private static List<Path> folders() throws URISyntaxException {
        return List.of(place(JoinStore.class), place(MapJoinStore.class));
    }

    private static List<Path> foldersAndCaffeine() throws URISyntaxException {
        return Stream.concat(folders().stream(), Stream.of(place(Caffeine.class)))
                .toList();
    }

    private static Path place(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    private static URL[] urls(List<Path> places) throws Exception {
        URL[] urls = new URL[places.size()];
        for (int i = 0; i < urls.length; i++) {
            urls[i] = places.get(i).toUri().toURL();
        }
        return urls;
    }
}

package dev.joiner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStoreProvider;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.ServiceConfigurationError;
import java.util.Set;
import org.junit.jupiter.api.Test;

class JoinStoresTest {
    private static final JoinStoreConfig<String, String> CONFIG =
            JoinStoreConfig.of("orders", KeyCodec.string(), Codec.string());

    /** Opens nothing, and notes what it was asked for. */
    private static class Noting implements JoinStoreProvider {
        final List<String> urls = new ArrayList<>();
        private final Set<String> schemes;

        Noting(String... schemes) {
            this.schemes = Set.of(schemes);
        }

        @Override
        public Set<String> schemes() {
            return schemes;
        }

        @Override
        public <K, V> JoinStore<K, V> open(String url, JoinStoreConfig<K, V> config) {
            assertThat(config).isSameAs(CONFIG);
            urls.add(url);
            throw new UnsupportedOperationException("opened " + schemes);
        }
    }

    private static final class Other extends Noting {
        Other(String... schemes) {
            super(schemes);
        }
    }

    @Test
    void schemeChoosesWhateverItsCase() {
        Noting memory = new Noting("memory");
        Noting jdbc = new Other("jdbc");

        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> JoinStores.open("JDBC:h2:mem:x", CONFIG, List.of(memory, jdbc)));
        assertThat(jdbc.urls).containsExactly("JDBC:h2:mem:x");
        assertThat(memory.urls).isEmpty();
    }

    /** There an I in small letters has no dot. */
    @Test
    void schemeIsFoundInTurkey() {
        Noting redis = new Noting("redis");
        Locale here = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("tr-TR"));
        try {
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(() -> JoinStores.open("REDIS://h", CONFIG, List.of(redis)));
        } finally {
            Locale.setDefault(here);
        }
        assertThat(redis.urls).containsExactly("REDIS://h");
    }

    @Test
    void unknownSchemeNamesTheArtifactAndWhatIsThere() {
        assertThatExceptionOfType(UnknownStoreException.class)
                .isThrownBy(() -> JoinStores.open(
                        "redis://user:secret@host:6379/0", CONFIG, List.of(new Noting("memory", "caffeine"))))
                .withMessageContaining("redis:")
                .withMessageContaining("dev.joiner:joiner-store-redis")
                .withMessageContaining("[caffeine, memory]")
                .withMessageNotContainingAny("secret", "user", "host");
    }

    @Test
    void twoProvidersOfOneSchemeAreNamed() {
        assertThatExceptionOfType(UnknownStoreException.class)
                .isThrownBy(() -> JoinStores.open(
                        "jdbc:x:secret", CONFIG, List.of(new Noting("jdbc"), new Other("jdbc", "odbc"))))
                .withMessageContaining(Noting.class.getName())
                .withMessageContaining(Other.class.getName())
                .withMessageNotContaining("secret");
    }

    @Test
    void textWithoutSchemeIsNoUrl() {
        for (String url : List.of("", ":memory", "secret")) {
            assertThatExceptionOfType(UnknownStoreException.class)
                    .isThrownBy(() -> JoinStores.open(url, CONFIG))
                    .withMessageContaining("begins with its scheme")
                    .withMessageNotContaining("secret");
        }
    }

    /** Of which a library is missing, say. */
    @Test
    void providerThatCannotBeLoadedIsInNobodysWay() {
        Noting memory = new Noting("memory");
        Iterable<JoinStoreProvider> providers = () -> new Iterator<>() {
            private int at;

            @Override
            public boolean hasNext() {
                return at < 2;
            }

            @Override
            public JoinStoreProvider next() {
                at++;
                if (at == 1) {
                    throw new ServiceConfigurationError("no pool");
                }
                return memory;
            }
        };

        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> JoinStores.open("memory:", CONFIG, providers));
        assertThatExceptionOfType(UnknownStoreException.class)
                .isThrownBy(() -> JoinStores.open("jdbc:h2:mem:x", CONFIG, providers))
                .withMessageContaining("[memory]")
                .withMessageContaining("no pool");
    }
}

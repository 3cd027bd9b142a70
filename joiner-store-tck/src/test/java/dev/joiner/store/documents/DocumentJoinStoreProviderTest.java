package dev.joiner.store.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.joiner.Codec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.JoinStores;
import dev.joiner.KeyCodec;
import dev.joiner.StoreException;
import dev.joiner.spi.JoinStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentJoinStoreProviderTest {
    private static final JoinStoreConfig<String, String> CONFIG =
            JoinStoreConfig.of("test", KeyCodec.string(), Codec.string());

    @Test
    void theSchemeOfAUrlFindsTheProvider() {
        JoinStore<String, String> store = JoinStores.open("documents://user:secret@localhost?cacheBytes=0", CONFIG);

        assertThat(store).isInstanceOf(DocumentJoinStore.class);
        assertThat(store.size()).isZero();

        store.close();
        assertThatExceptionOfType(StoreException.class)
                .as("its client is closed")
                .isThrownBy(store::size);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "documents:",
                "documents://user:secret@local host",
                "documents://user:secret@localhost?cacheBytes=many",
                "documents://user:secret@localhost?cache=1"
            })
    void aUrlThatIsNotUnderstoodIsRefusedWithoutItsPassword(String url) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JoinStores.open(url, CONFIG))
                .satisfies(e -> assertThat(e.toString() + e.getCause())
                        .contains("documents:")
                        .doesNotContain("secret"));
    }
}

package dev.joiner.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.joiner.Codec;
import dev.joiner.CodecException;
import dev.joiner.KeyCodec;
import dev.joiner.ValueTooLargeException;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStore.Change;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.Versioned;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * Writes that are not even tried, as their key or value cannot be encoded, does not come back, or does not fit: nothing
 * happens of them, and in a batch it happens to them alone. A store that keeps objects as they are refuses none.
 */
abstract class RefusalContract extends SpiFixture {

    RefusalContract(Stores stores) {
        super(stores);
    }

    /** Encodes neither values that begin with a ! nor, by an Error, those that begin with a ?; a * is lost on the way. */
    private static final Codec<String> PICKY = Codec.of(
            value -> {
                if (value.startsWith("!")) {
                    throw new IllegalStateException("cannot encode " + value);
                }
                if (value.startsWith("?")) {
                    throw new NoClassDefFoundError("the class of " + value);
                }
                return Codec.string().encode(value.replace("*", ""));
            },
            Codec.string()::decode);

    /** All of a batch is written but for one key, which holds what it did. */
    private static RuntimeException assertRefusedAlone(
            JoinStore<String, String> store, Change<String, String> bad, Versioned<String> before) {
        Versioned<String> first = open("first");
        Versioned<String> last = open("last");

        List<Exchange<String>> exchanges =
                store.compareAndExchangeAll(List.of(begin("first", first), bad, begin("last", last)));

        assertThat(exchanges.get(0)).isEqualTo(Exchange.written());
        assertThat(exchanges.get(1).won()).isFalse();
        assertThat(exchanges.get(1).refusal()).isNotNull();
        assertThat(exchanges.get(2)).isEqualTo(Exchange.written());
        assertHolds(store, "first", first);
        assertHolds(store, "last", last);
        if (before != null) {
            assertHolds(store, bad.key(), before);
        }
        assertThat(store.size()).isEqualTo(before == null ? 2 : 3);
        return exchanges.get(1).refusal();
    }

    private void assertValueIsRefused(String value, String problem) {
        JoinStore<String, String> store = store("", PICKY);
        Versioned<String> held = write(store, "held", null, open("a"));

        assertThatExceptionOfType(CodecException.class)
                .isThrownBy(() -> store.compareAndExchange("held", held, open(value)))
                .withMessageContaining("\"held\"")
                .withMessageContaining(problem);
        assertThatExceptionOfType(CodecException.class)
                .isThrownBy(() -> store.compareAndExchange("new", null, open(value)));
        assertHolds(store, "held", held);
        assertThat(store.find("new")).isNull();
        assertThat(assertRefusedAlone(store, new Change<>("held", held, open(value)), held))
                .isInstanceOf(CodecException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void valueThatCannotBeEncodedIsRefusedAlone() {
        assumeThatItKeepsBytes();
        assertValueIsRefused("!", "cannot encode !");
    }

    @Test
    void valueWhoseCodecThrowsAnErrorIsRefusedAlone() {
        assumeThatItKeepsBytes();
        assertValueIsRefused("?", "the class of ?");
    }

    @Test
    void valueThatDoesNotComeBackIsRefusedAlone() {
        assumeThatItKeepsBytes();
        assertValueIsRefused("a*", "does not come back");
    }

    @Test
    void keyWithoutAPossibleTextIsRefusedAlone() {
        assumeThatItKeepsBytes();
        JoinStore<String, String> store = store(
                "", KeyCodec.of(key -> key.startsWith("!") ? key.repeat(100) : key, text -> text), Codec.string());

        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.compareAndExchange("!23456", null, open("a")))
                .withMessageContaining("600 bytes");
        assertThat(store.size()).isZero();
        assertThat(assertRefusedAlone(store, begin("!23456", open("a")), null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("600 bytes");
    }

    /** Two keys with one text would be one join. */
    @Test
    void keyThatDoesNotComeBackIsRefusedAlone() {
        assumeThatItKeepsBytes();
        JoinStore<String, String> store =
                store("", KeyCodec.of(key -> key.toLowerCase(Locale.ROOT), text -> text), Codec.string());

        assertThatExceptionOfType(CodecException.class)
                .isThrownBy(() -> store.compareAndExchange("A", null, open("a")))
                .withMessageContaining("\"a\"");
        assertThat(store.size()).isZero();
        assertThat(assertRefusedAlone(store, begin("A", open("a")), null)).isInstanceOf(CodecException.class);
    }

    /** No test writes more than that. */
    private static final long MOST_BYTES = 32 << 20;

    @Test
    void stateBeyondTheLimitOfTheStoreIsRefusedAlone() {
        JoinStore<String, String> store = store();
        long limit = store.maxEntryBytes();
        Assumptions.assumeTrue(limit <= MOST_BYTES, "the limit is more than a test writes");
        Versioned<String> held = write(store, "held", null, open("a"));
        Versioned<String> tooLarge = open("x".repeat((int) limit + 1));

        assertThatExceptionOfType(ValueTooLargeException.class)
                .isThrownBy(() -> store.compareAndExchange("held", held, tooLarge))
                .satisfies(e -> {
                    assertThat(e.key()).isEqualTo("held");
                    assertThat(e.limit()).isEqualTo(limit);
                    assertThat(e.size()).isGreaterThan(limit);
                });
        assertHolds(store, "held", held);
        assertThat(assertRefusedAlone(store, new Change<>("held", held, tooLarge), held))
                .isInstanceOf(ValueTooLargeException.class);
    }

    @Test
    void stateWithinTheLimitOfTheStoreIsWritten() {
        JoinStore<String, String> store = store();
        long limit = store.maxEntryBytes();
        Assumptions.assumeTrue(limit <= MOST_BYTES, "the limit is more than a test writes");
        assertThat(limit).as("a store that holds less is of no use").isGreaterThan(8_000);

        Versioned<String> large = write(store, "k", null, open("x".repeat((int) limit - 4_000)));

        assertHolds(store, "k", large);
    }
}

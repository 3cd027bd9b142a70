package dev.joiner.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.joiner.Codec;
import dev.joiner.CodecException;
import dev.joiner.KeyCodec;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStore.Change;
import dev.joiner.spi.JoinStore.Due;
import dev.joiner.spi.JoinStore.Entry;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.StateCodec;
import dev.joiner.spi.Versioned;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Entries that cannot be read: they stay, they show what they are, and they stop no other. A store that keeps objects as they
 * are has none.
 */
abstract class UnreadableContract extends SpiFixture {

    UnreadableContract(Stores stores) {
        super(stores);
    }

    /** Values that begin with a ! or a ? cannot be decoded any more. */
    private static final Codec<String> PICKY = Codec.of(Codec.string()::encode, bytes -> {
        String value = Codec.string().decode(bytes);
        if (value.startsWith("!")) {
            throw new IllegalStateException("cannot decode " + value);
        }
        if (value.startsWith("?")) {
            throw new NoClassDefFoundError("the class of " + value);
        }
        return value;
    });

    private static void assertUnreadable(Versioned<String> held, String key, Versioned<String> written) {
        assertThat(held).isEqualTo(written).isInstanceOf(Versioned.Unreadable.class);
        assertThatExceptionOfType(CodecException.class)
                .isThrownBy(held::state)
                .withMessageContaining('"' + key + '"')
                .satisfies(e -> assertThat(e.key()).isEqualTo(key));
        assertThat(new StateCodec<>(Codec.string()).decode(key, ((Versioned.Unreadable<String>) held).bytes()))
                .as("its bytes are there for who can read them")
                .isEqualTo(written.state());
    }

    @Test
    void entryThatCannotBeDecodedStaysAndStopsNoOther() {
        assumeThatItKeepsBytes();
        JoinStore<String, String> plain = store();
        Versioned<String> bad = write(plain, "bad", null, open("!", 5));
        Versioned<String> worse = write(plain, "worse", null, open("?", 5));
        Versioned<String> good = write(plain, "good", null, open("a", 5));
        JoinStore<String, String> store = store("", PICKY);

        assertUnreadable(store.find("bad"), "bad", bad);
        assertUnreadable(store.find("worse"), "worse", worse);
        List<Versioned<String>> found = store.findAll(List.of("good", "worse", "bad"));
        assertThat(found.get(0).state()).isEqualTo(good.state());
        assertUnreadable(found.get(1), "worse", worse);
        assertUnreadable(found.get(2), "bad", bad);
        assertThat(due(store, 5, 10)).extracting(Due::key).containsExactlyInAnyOrder("good", "worse", "bad");
        assertThat(pages(store, 10)).hasSize(3).anySatisfy(entry -> {
            assertThat(entry.key()).isEqualTo("bad");
            assertUnreadable(entry.held(), "bad", bad);
        });
        assertThat(plain.find("bad").state()).isEqualTo(bad.state());
    }

    @Test
    void witnessOfALostExchangeMayBeUnreadable() {
        assumeThatItKeepsBytes();
        JoinStore<String, String> plain = store();
        Versioned<String> bad = write(plain, "bad", null, open("!"));
        Versioned<String> good = write(plain, "good", null, open("a"));
        JoinStore<String, String> store = store("", PICKY);

        Exchange<String> lost = store.compareAndExchange("bad", null, open("x"));
        List<Exchange<String>> allLost =
                store.compareAndExchangeAll(List.of(begin("bad", open("x")), begin("good", open("x"))));

        assertThat(lost.won()).isFalse();
        assertUnreadable(lost.witness(), "bad", bad);
        assertThat(allLost).noneMatch(Exchange::won);
        assertUnreadable(allLost.get(0).witness(), "bad", bad);
        assertThat(allLost.get(1)).isEqualTo(Exchange.lost(good));
    }

    @Test
    void operatorCanTakeItOut() {
        assumeThatItKeepsBytes();
        JoinStore<String, String> plain = store();
        write(plain, "bad", null, open("!", 5));
        write(plain, "worse", null, open("?", 5));
        Versioned<String> good = write(plain, "good", null, open("a"));
        JoinStore<String, String> store = store("", PICKY);

        assertThat(store.compareAndExchange("bad", store.find("bad"), null)).isEqualTo(Exchange.written());
        assertThat(store.compareAndExchangeAll(
                        List.of(new Change<>("worse", store.find("worse"), null), new Change<>("good", good, null))))
                .containsExactly(Exchange.written(), Exchange.written());

        assertThat(store.size()).isZero();
        assertThat(due(store, 5, 10)).isEmpty();
    }

    @Test
    void operatorTakesOutNothingElse() {
        assumeThatItKeepsBytes();
        JoinStore<String, String> plain = store();
        Versioned<String> bad = write(plain, "bad", null, open("!"));
        JoinStore<String, String> store = store("", PICKY);
        Versioned<String> seen = store.find("bad");
        Versioned<String> mended = write(plain, "bad", bad, open("mended"));

        assertThat(store.compareAndExchange("bad", seen, null)).isEqualTo(Exchange.lost(mended));
        assertHolds(store, "bad", mended);
    }

    @Test
    void entryWhoseKeyCannotBeDecodedIsOnItsPageWithoutIt() {
        assumeThatItKeepsBytes();
        JoinStore<String, String> plain = store();
        Versioned<String> bad = write(plain, "bad", null, open("a"));
        write(plain, "good", null, open("a"));
        JoinStore<String, String> store = store(
                "",
                KeyCodec.of(key -> key, text -> {
                    if (text.equals("bad")) {
                        throw new IllegalStateException("no key");
                    }
                    return text;
                }),
                Codec.string());

        List<Entry<String, String>> entries = pages(store, 10);

        assertThat(entries).extracting(Entry::key).containsExactlyInAnyOrder("good", null);
        assertThat(entries)
                .filteredOn(entry -> entry.key() == null)
                .singleElement()
                .satisfies(entry -> assertUnreadable(entry.held(), "bad", bad));
    }
}

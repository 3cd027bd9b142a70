package dev.joiner.store.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.Codec;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStore.Due;
import dev.joiner.spi.Versioned;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which keys there are, and which are told apart. */
abstract class KeyContract extends SpiFixture {

    KeyContract(Stores stores) {
        super(stores);
    }

    @Test
    void keysThatDifferAreKeptApart() {
        List<String> keys = List.of(
                "1",
                "01",
                "a",
                "A",
                "a ",
                " a",
                "a\t",
                "a\n",
                "\u00e4",
                "a\u0308",
                "i",
                "I",
                "\u0131",
                "\u0130",
                "ss",
                "\u00df",
                "\ud83d\ude00",
                "\ud83d\ude01",
                "\u0001",
                "\uffff",
                "a%",
                "a_",
                "a'",
                "a\"",
                "a\\",
                "{a}",
                "a:b",
                "NULL",
                "\u200b",
                "a\u200b",
                "\ufeff");
        JoinStore<String, String> store = store();
        keys.forEach(key -> write(store, key, null, open("of " + key, 5)));

        assertThat(keys)
                .allSatisfy(key ->
                        assertThat(store.find(key).state().open().value()).isEqualTo("of " + key));
        assertThat(due(store, 5, 100)).extracting(Due::key).containsExactlyInAnyOrderElementsOf(keys);
        assertThat(keys(pages(store, 100))).containsExactlyInAnyOrderElementsOf(keys);
        assertThat(store.findAll(keys))
                .extracting(held -> held.state().open().value())
                .isEqualTo(keys.stream().map("of "::concat).toList());
    }

    @Test
    void longestKeyIsKept() {
        JoinStore<String, String> store = store();
        for (String letter : List.of("x", "\u20ac", "\ud83d\ude00")) {
            int length = 500 / Codec.string().encode(letter).length;
            String longest = letter.repeat(length);
            String almost = letter.repeat(length - 1);
            write(store, longest, null, open("longest"));
            write(store, almost, null, open("almost"));

            assertThat(store.find(longest).state().open().value()).isEqualTo("longest");
            assertThat(store.find(almost).state().open().value()).isEqualTo("almost");
        }
    }

    @Test
    void namespacesAreKeptApart() {
        JoinStore<String, String> one = store("-a", Codec.string());
        JoinStore<String, String> other = store("-A", Codec.string());
        Versioned<String> first = write(one, "k", null, open("one", 5));
        write(other, "k", null, open("other", 5));

        assertThat(due(one, 5, 10)).hasSize(1);
        assertThat(pages(one, 10)).hasSize(1);
        assertThat(one.size()).isEqualTo(1);
        one.compareAndExchange("k", first, null);
        assertThat(other.find("k").state().open().value()).isEqualTo("other");
    }
}

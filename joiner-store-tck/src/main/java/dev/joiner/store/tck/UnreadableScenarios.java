package dev.joiner.store.tck;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.Codec;
import dev.joiner.KeyCodec;
import dev.joiner.PendingJoin;
import dev.joiner.PendingJoin.Status;
import dev.joiner.StoreException;
import dev.joiner.spi.StateCodec;
import dev.joiner.store.tck.FaultyStore.Fault;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Entries that nobody can read: an operator sees why, and can take them out. */
abstract class UnreadableScenarios extends Scenarios {
    private FaultyStore<String, String> store;
    private Node node;

    UnreadableScenarios(Stores stores) {
        super(stores);
    }

    @BeforeEach
    void openAStore() {
        store = new FaultyStore<>(store());
        store.guessRight();
        node = node(whole(2).expireAfter(SECOND).onExpired(expired), store);
    }

    private static void assertUnreadable(PendingJoin<String, String> join, String key, String reason) {
        assertThat(join.key()).isEqualTo(key);
        assertThat(join.status()).isEqualTo(Status.UNREADABLE);
        assertThat(join.value()).isEmpty();
        assertThat(join.parts()).isZero();
        assertThat(join.lastError())
                .hasValueSatisfying(error -> assertThat(error).contains(reason));
    }

    @Test
    void findSaysThatAnEntryIsUnreadableAndWhy() {
        node.accept("k:a");
        store.corrupt("k", new NoClassDefFoundError("no such class"));

        List<PendingJoin<String, String>> joins = node.joiner().find("k");

        assertThat(joins).hasSize(1);
        assertUnreadable(joins.get(0), "k", "no such class");
        assertThat(joins.get(0).bytes())
                .hasValueSatisfying(
                        bytes -> assertThat(new String(bytes, UTF_8)).isEqualTo("corrupt k"));
    }

    @Test
    void dropTakesItOutAndReturnsItsBytes() {
        node.acceptEach("k:a", "l:a");
        store.corrupt("k");

        List<PendingJoin<String, String>> dropped = node.joiner().drop("k");

        assertThat(dropped).hasSize(1);
        assertUnreadable(dropped.get(0), "k", "corrupt");
        assertThat(dropped.get(0).bytes())
                .hasValueSatisfying(
                        bytes -> assertThat(new String(bytes, UTF_8)).isEqualTo("corrupt k"));
        assertThat(node.keys()).containsExactly("l");
        assertThat(node.drop("k")).isEmpty();
    }

    /** Without a fault that a test makes up: another program wrote it, or an older one. */
    @Test
    void whatAStoreThatKeepsBytesCannotReadIsDroppedWithItsBytes() {
        assumeThatItKeepsBytes();
        Codec<String> picky = Codec.of(Codec.string()::encode, bytes -> {
            throw new IllegalStateException("cannot decode");
        });
        node.accept("k:a");
        byte[] written = new StateCodec<>(Codec.string())
                .encode("k", node.store().find("k").state());
        Node blind = node(whole(2), open("", KeyCodec.string(), picky));

        List<PendingJoin<String, String>> dropped = blind.joiner().drop("k");

        assertThat(dropped).hasSize(1);
        assertUnreadable(dropped.get(0), "k", "cannot decode");
        assertThat(dropped.get(0).bytes())
                .hasValueSatisfying(bytes -> assertThat(bytes).isEqualTo(written));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void dropTakesOutWhatAnotherNodeMendedMeanwhile() {
        node.accept("k:a");
        Node other = node(whole(3));
        store.corrupt("k");
        store.beforeNextWrite(() -> {
            other.accept("k:b");
            store.repair();
        });

        assertThat(node.drop("k")).containsExactly("a+b");
        assertThat(node.isEmpty()).isTrue();
    }

    /** Rather than say that there was nothing. */
    @Test
    void aDropWhoseAnswerIsLostSaysSo() {
        node.accept("k:a");
        store.corrupt("k");
        store.nextWrites(Fault.ANSWER_LOST);

        assertThat(catchStoreException(() -> node.drop("k"))).isNotNull();
        assertThat(node.isEmpty()).isTrue();
    }

    private static StoreException catchStoreException(Runnable call) {
        try {
            call.run();
            return null;
        } catch (StoreException e) {
            return e;
        }
    }

    @Test
    void pendingAndTheCountsShowIt() {
        node.acceptEach("a:a", "b:b", "c:c");
        store.corrupt("b");
        store.corruptWithItsKey("c");

        assertThat(node.joiner().counts().unreadable()).isEqualTo(2);
        assertThat(node.joiner().counts().waiting()).isEqualTo(1);
        List<PendingJoin<String, String>> joins = node.joiner().pending(10).joins();
        assertThat(joins).hasSize(3);
        assertUnreadable(
                joins.stream().filter(join -> "b".equals(join.key())).findAny().orElseThrow(), "b", "corrupt");
        assertUnreadable(
                joins.stream().filter(join -> join.key() == null).findAny().orElseThrow(), null, "\"c\"");
    }

    @Test
    void aSweepNamesItOnceHoweverOftenItComesAcross() {
        node.acceptEach("k:a", "l:a");
        store.corrupt("k");
        clock.advance(SECOND);

        assertThat(node.sweep()).isEqualTo("expired 1, failed [k]");
        assertThat(node.sweep()).isEqualTo("failed [k]");
        store.repair();
        assertThat(node.sweep()).isEqualTo("expired 1");
    }

    /** Whatever it is that cannot be read, it is not forgotten while it has joins in it. */
    @Test
    void aMessageDoesNotReplaceIt() {
        node.accept("k:a");
        store.corrupt("k");

        assertFailed(node.acceptAll("k:b").get(0)).hasMessageContaining("\"k\"");
        store.repair();
        assertThat(node.accept("k:b")).isEqualTo(joined("a+b"));
    }
}

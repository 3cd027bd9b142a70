package dev.joiner.store.tck;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.joiner.Codec;
import dev.joiner.CodecException;
import dev.joiner.JoinSpec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.Joiner;
import dev.joiner.KeyCodec;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.PendingJoin;
import dev.joiner.StoreException;
import dev.joiner.ValueTooLargeException;
import dev.joiner.spi.JoinStore;
import dev.joiner.store.tck.FaultyStore.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FaultyStoreTest {
    private final JoinStore<String, String> shared =
            new MapStore<>(JoinStoreConfig.of("test", KeyCodec.string(), Codec.string()), new TreeMap<>());
    private final FaultyStore<String, String> store = new FaultyStore<>(shared);
    private final List<String> processed = new ArrayList<>();

    /** Messages are {@code key:letters}; three letters are a join. */
    private KeyedJoiner<String, String, String, String> node(JoinStore<String, String> store) {
        return Joiner.create(
                JoinSpec.joining(String.class)
                        .keyedBy(message -> message.substring(0, 1))
                        .<String>mergedBy((message, pending) ->
                                pending == null ? message.substring(2) : pending + message.substring(2))
                        .sufficientWhen(word -> word.length() == 3)
                        .process(word -> {
                            processed.add(word);
                            return word;
                        })
                        .build(),
                store);
    }

    private static Outcome<String> joined(String word) {
        return new Outcome.Joined<>(word, true);
    }

    private static Throwable failure(Outcome<String> outcome) {
        return ((Outcome.Failed<String>) outcome).cause();
    }

    @Test
    void anotherNodeMayComeBetweenReadAndWrite() {
        store.guessRight();
        var slow = node(store);
        var quick = node(shared);
        slow.accept("k:a");
        store.beforeNextWrite(() -> quick.accept("k:b"));

        assertThat(slow.accept("k:c")).isEqualTo(joined("abc"));
    }

    @Test
    void anotherNodeMayComeBetweenWriteAndAnswer() {
        store.guessRight();
        var slow = node(store);
        var quick = node(shared);
        slow.accept("k:a");
        List<Outcome<String>> between = new ArrayList<>();
        store.afterNextWrite(() -> {
            between.add(quick.accept("k:c"));
            between.add(quick.accept("k:d"));
        });

        assertThat(slow.accept("k:b")).isEqualTo(new Outcome.Incomplete<>());

        assertThat(between).containsExactly(joined("abc"), new Outcome.Incomplete<>());
        assertThat(processed).containsExactly("abc");
    }

    @Test
    void readsAndWritesFailBeforeOrAfterTheyHappened() {
        var node = node(store);
        store.nextWrites(Fault.LOST, Fault.ANSWER_LOST);
        store.nextReads(Fault.NONE, Fault.LOST, Fault.ANSWER_LOST);

        assertThatExceptionOfType(StoreException.class).isThrownBy(() -> node.accept("k:a"));
        assertThat(node.find("k")).isEmpty();
        assertThatExceptionOfType(StoreException.class).isThrownBy(() -> node.accept("k:a"));
        assertThatExceptionOfType(StoreException.class).isThrownBy(() -> node.find("k"));
        assertThatExceptionOfType(StoreException.class).isThrownBy(() -> node.find("k"));
        assertThat(node.find("k")).hasSize(1);
    }

    @Test
    void aNodeThatIsDeadReachesNothingAndClosesNothing() {
        var node = node(store);
        node.accept("k:a");
        store.die();

        assertThatExceptionOfType(StoreException.class).isThrownBy(() -> node.accept("k:b"));
        assertThatExceptionOfType(StoreException.class).isThrownBy(() -> node.find("k"));
        node.close();
        assertThat(node(shared).accept("k:bc")).isEqualTo(joined("abc"));
    }

    @Test
    void anEntryThatLooksUnreadableShowsBytesAndIsTakenOut() {
        var node = node(store);
        node.accept("k:a");
        store.corrupt("k", new NoClassDefFoundError("no class"));

        assertThat(node.find("k")).extracting(PendingJoin::status).containsExactly(PendingJoin.Status.UNREADABLE);
        assertThat(node.drop("k").get(0).bytes()).hasValue("corrupt k".getBytes(UTF_8));
        assertThat(shared.size()).isZero();
    }

    @Test
    void aWriteThatCannotBeEncodedIsRefusedAlone() {
        var node = node(store);
        store.refuseToEncode("k", new NoClassDefFoundError("no class"));

        assertThatExceptionOfType(CodecException.class)
                .isThrownBy(() -> node.accept("k:a"))
                .withCauseInstanceOf(NoClassDefFoundError.class);
        List<Outcome<String>> outcomes = node.acceptAll(List.of("l:abc", "k:abc", "m:abc"));
        assertThat(failure(outcomes.get(1))).isInstanceOf(CodecException.class);
        assertThat(List.of(outcomes.get(0), outcomes.get(2))).containsOnly(joined("abc"));
        store.repair();
        assertThat(node.accept("k:abc")).isEqualTo(joined("abc"));
    }

    @Test
    void aStateBeyondTheLimitIsRefusedAlone() {
        var node = node(store);
        store.limitTo(5_000, Codec.string());

        assertThat(store.maxEntryBytes()).isEqualTo(5_000);
        assertThatExceptionOfType(ValueTooLargeException.class)
                .isThrownBy(() -> node.accept("k:" + "x".repeat(5_000)))
                .satisfies(e -> assertThat(e.limit()).isEqualTo(5_000));
        List<Outcome<String>> outcomes = node.acceptAll(List.of("l:abc", "k:" + "x".repeat(5_000), "m:abc"));
        assertThat(failure(outcomes.get(1))).isInstanceOf(ValueTooLargeException.class);
        assertThat(List.of(outcomes.get(0), outcomes.get(2))).containsOnly(joined("abc"));
    }
}

package dev.joiner.store.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.joiner.Codec;
import dev.joiner.CodecException;
import dev.joiner.KeyCodec;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinStore.Change;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.Versioned;
import dev.joiner.test.servers.RedisServer;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.UnifiedJedis;

/** What a store remembers of what it wrote and saw. */
class GuessesTest {
    private static UnifiedJedis client;

    private final String namespace = Clients.namespace();
    private final RedisJoinStore<String, String> store =
            Clients.store(client, namespace).shards(4).build();
    private final RedisJoinStore<String, String> other =
            Clients.store(client, namespace).shards(4).build();

    @BeforeAll
    static void connect() {
        client = Clients.of(RedisServer.shared());
    }

    @AfterAll
    static void disconnect() {
        client.close();
    }

    @Test
    void whatWasWrittenIsGuessed() {
        Versioned<String> first = States.open("a");
        store.compareAndExchange("k", null, first);
        assertThat(store.guess("k")).isEqualTo(first);
        assertThat(store.guess("k").state()).isEqualTo(first.state()).isNotSameAs(first.state());

        store.compareAndExchange("k", first, null);
        assertThat(store.guess("k")).isNull();
    }

    @Test
    void whatWasFoundIsGuessed() {
        Versioned<String> first = States.open("a");
        other.compareAndExchange("k", null, first);
        assertThat(store.guess("k")).isNull();

        store.find("k");
        assertThat(store.guess("k")).isEqualTo(first);

        other.compareAndExchange("k", first, null);
        assertThat(store.guess("k")).as("what this store knows").isEqualTo(first);
        store.findAll(List.of("k", "l"));
        assertThat(store.guess("k")).isNull();
    }

    @Test
    void witnessesAreGuessed() {
        Versioned<String> first = States.open("a");
        other.compareAndExchange("k", null, first);
        other.compareAndExchange("l", null, first);

        store.compareAndExchange("k", null, States.open("b"));
        store.compareAndExchangeAll(
                List.of(new Change<>("l", null, States.open("b")), new Change<>("m", null, States.open("c"))));

        assertThat(store.guess("k")).isEqualTo(first);
        assertThat(store.guess("l")).isEqualTo(first);
        assertThat(store.guess("m").state().open().value()).isEqualTo("c");
    }

    @Test
    void valueThatChangesAfterItWasWrittenIsGuessedAsItWas() {
        RedisJoinStore<String, StringBuilder> store = RedisJoinStore.builder(client)
                .namespace(namespace + "b")
                .keyCodec(KeyCodec.string())
                .valueCodec(Codec.<StringBuilder>of(
                        value -> Codec.string().encode(value.toString()),
                        bytes -> new StringBuilder(Codec.string().decode(bytes))))
                .build();
        StringBuilder value = new StringBuilder("a");
        Versioned<String> like = States.open("a");
        JoinState.Join<StringBuilder> join =
                new JoinState.Join<>(value, 1, 0, JoinState.NEVER, JoinState.NEVER, Ids.NONE, false);
        store.compareAndExchange("k", null, Versioned.of(like.version(), new JoinState<>(join, List.of(), null, 0)));
        value.append("changed");

        assertThat(store.guess("k").state().open().value()).hasToString("a");
    }

    @Test
    void keysOfACallThatFailsAreForgotten() {
        Versioned<String> first = States.open("a");
        store.compareAndExchange("k", null, first);

        assertThatThrownBy(() -> store.compareAndExchange("k", first, States.open("\ud83d")))
                .isInstanceOf(CodecException.class);
        assertThat(store.guess("k")).isNull();
    }

    @Test
    void keyOfAChangeThatIsRefusedIsForgottenAlone() {
        Versioned<String> first = States.open("a");
        Versioned<String> second = States.open("b");
        store.compareAndExchange("k", null, first);
        store.compareAndExchange("l", null, first);

        List<Exchange<String>> exchanges = store.compareAndExchangeAll(
                List.of(new Change<>("k", first, States.open("\ud83d")), new Change<>("l", first, second)));

        assertThat(exchanges.get(0).refusal()).isInstanceOf(CodecException.class);
        assertThat(store.guess("k")).isNull();
        assertThat(exchanges.get(1)).isEqualTo(Exchange.written());
        assertThat(store.guess("l")).isEqualTo(second);
    }

    @Test
    void memoryIsBounded() {
        RedisJoinStore<String, String> bounded =
                Clients.store(client).cacheBytes(100_000).build();
        List<Change<String, String>> changes = IntStream.range(0, 1_000)
                .mapToObj(i -> new Change<>("k" + i, (Versioned<String>) null, States.open("v".repeat(1_000))))
                .toList();
        bounded.compareAndExchangeAll(changes);

        assertThat(changes.stream().filter(change -> bounded.guess(change.key()) != null))
                .hasSizeBetween(50, 100);
    }
}

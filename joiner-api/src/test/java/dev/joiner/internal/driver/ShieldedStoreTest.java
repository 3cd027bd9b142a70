package dev.joiner.internal.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.Mockito.mock;

import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStore.Change;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.Versioned;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.mockito.stubbing.Answer;

class ShieldedStoreTest {
    private final List<String> calls = new ArrayList<>();
    private final MapStore<String, String> store = new MapStore<>(new ArrayList<>());
    /** Notes the calls of the store, and which of them see an interrupt. */
    private final Answer<?> noting = call -> {
        calls.add(call.getMethod().getName() + (Thread.currentThread().isInterrupted() ? " interrupted" : ""));
        return delegatesTo(store).answer(call);
    };

    private final JoinStore<String, String> shielded = new ShieldedStore<>(mock(noting));
    private final Versioned<String> held = Versioned.of(1, States.open("a", 5));

    @Test
    void keepsAnInterruptFromTheStoreAndOnTheThread() {
        store.guess(key -> held);
        Thread.currentThread().interrupt();

        shielded.find("k");
        shielded.findAll(List.of("k"));
        assertThat(shielded.guess("k")).isSameAs(held);
        shielded.compareAndExchange("k", null, held);
        shielded.compareAndExchangeAll(List.of(new Change<>("k", held, null)));
        shielded.due(Instant.EPOCH, Instant.EPOCH, 1);
        shielded.scan(null, 1);
        shielded.size();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(calls)
                .containsExactly(
                        "find",
                        "findAll",
                        "guess",
                        "compareAndExchange",
                        "compareAndExchangeAll",
                        "due",
                        "scan",
                        "size");
    }

    @Test
    void answersAsTheStoreDoes() {
        assertThat(shielded.evicts()).isFalse();
        assertThat(shielded.isRemote()).isFalse();
        store.guess(store::get).remote().evicting();

        assertThat(shielded.compareAndExchange("k", null, held).won()).isTrue();
        assertThat(shielded.compareAndExchangeAll(List.of(new Change<>("k", null, held))))
                .extracting(Exchange::won)
                .containsExactly(false);
        assertThat(shielded.find("k")).isSameAs(held);
        assertThat(shielded.findAll(List.of("k", "l"))).containsExactly(held, null);
        assertThat(shielded.guess("k")).isSameAs(held);
        assertThat(shielded.due(Instant.EPOCH, Instant.ofEpochMilli(5), 2)).hasSize(1);
        assertThat(shielded.scan(null, 2).entries()).hasSize(1);
        assertThat(shielded.size()).isEqualTo(1);
        assertThat(shielded.maxEntryBytes()).isEqualTo(store.maxEntryBytes());
        assertThat(shielded.evicts()).isTrue();
        assertThat(shielded.isRemote()).isTrue();
        assertThat(shielded).hasToString("MapStore");
    }
}

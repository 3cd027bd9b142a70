package dev.joiner.codec.jackson3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.joiner.Cause;
import dev.joiner.Codec;
import dev.joiner.CodecException;
import dev.joiner.JoinStoreConfig;
import dev.joiner.KeyCodec;
import dev.joiner.spi.EntryCodec;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Flight.Status;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.StateCodec;
import dev.joiner.spi.Versioned;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** As stores use it. */
class Jackson3CodecStoreTest {

    record Order(String id, Instant at, BigDecimal total) {}

    private final StateCodec<Order> states = new StateCodec<>(Jackson3Codec.of(Order.class));
    private final EntryCodec<String, Order> entries =
            new EntryCodec<>(JoinStoreConfig.of("orders", KeyCodec.string(), Jackson3Codec.of(Order.class)));

    private static <V> JoinState<V> open(V value) {
        return new JoinState<>(join(value), List.of(), null, 1);
    }

    private static <V> Join<V> join(V value) {
        return new Join<>(value, 1, 0, JoinState.NEVER, JoinState.NEVER, Ids.of(List.of("id")), false);
    }

    /** What a store holds after somebody had their hands on the value, with a checksum that fits. */
    private static byte[] stored(String document) {
        return new StateCodec<>(Codec.string()).encode("o-1", open(document));
    }

    @Test
    void stateComesBackEqual() {
        Order waiting = new Order("o-1", Instant.MAX, new BigDecimal("12.50"));
        Order failed = new Order("o-1", null, null);
        JoinState<Order> state = new JoinState<>(
                join(waiting),
                List.of(new Flight<>(join(failed), Cause.EXPIRED, Status.THREW, true, 1, 2, 3, "error", 4)),
                null,
                5);

        byte[] bytes = states.encode("o-1", state);

        assertThat(states.decode("o-1", bytes)).isEqualTo(state);
        assertThat(entries.entry("o-1", 9, entries.bytes("o-1", state)).held().state())
                .isEqualTo(state);
        assertThat(new String(bytes, UTF_8))
                .as("what an operator sees")
                .contains("{\"id\":\"o-1\",\"at\":\"+1000000000-12-31T23:59:59.999999999Z\",\"total\":12.50}");
    }

    @Test
    void damagedDocumentIsNamedByItsKey() {
        assertThatExceptionOfType(CodecException.class)
                .isThrownBy(() -> states.decode("o-1", stored("{\"id\":\"o-1\",")))
                .withMessageStartingWith("key \"o-1\": cannot be read: ")
                .withMessageContaining("end-of-input")
                .satisfies(e -> assertThat(e.key()).isEqualTo("o-1"));
    }

    @Test
    void damagedDocumentIsAnUnreadableEntry() {
        Versioned<Order> held = entries.held("o-1", 7, stored("null"));

        assertThat(held.version()).isEqualTo(7);
        assertThatExceptionOfType(CodecException.class)
                .isThrownBy(held::state)
                .withMessage("key \"o-1\": cannot be read: the document is null, a value never is;"
                        + " was it written by another codec?");
    }

    @Test
    void valueThatCannotBeWrittenIsNamedByItsKey() {
        EntryCodec<String, Object> anything =
                new EntryCodec<>(JoinStoreConfig.of("any", KeyCodec.string(), Jackson3Codec.of(Object.class)));

        assertThatExceptionOfType(CodecException.class)
                .isThrownBy(() -> anything.bytes("o-1", open(new Object())))
                .withMessageStartingWith("key \"o-1\": cannot be written: ")
                .withMessageContaining("java.lang.Object");
    }
}

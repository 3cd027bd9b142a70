package dev.joiner.campaign;

import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.KeyCodec;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * A query of Nexmark as one spec, and the rows that it has to come to.
 *
 * @param <M> the messages: events, or something more general
 * @param <K> the keys
 * @param <V> the values
 */
interface NexmarkQuery<M, K, V> {
    /** Longer than an event may come after the end of what it belongs to. */
    Duration REMEMBERED =
            AuctionHouse.LATEST_BID.plus(Arrival.LATEST_REDELIVERY).plusSeconds(60);

    String title();

    /** Whether the query reads the event at all: what it says of one table alone. */
    boolean reads(AuctionEvent event);

    KeyCodec<K> keys();

    Codec<V> values();

    /** @param id returns the id of an event: {@link AuctionEvent#id}, where no bug is planted */
    JoinSpec<M, K, V, List<String>> spec(QueryOutput output, Function<AuctionEvent, String> id);

    /** The rows of a join that expired and was not joined, which its handler gives to {@link QueryOutput#expired}, too. */
    default List<String> unjoined(V value) {
        return List.of();
    }

    /** The rows that come out in all, as loops over the tables find them. */
    List<String> expected(AuctionHouse house);

    static String row(String what, Object... columns) {
        return what + " " + Arrays.toString(columns);
    }
}

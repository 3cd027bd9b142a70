package dev.joiner.campaign;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.joiner.JoinStoreConfig;
import dev.joiner.JoinStores;
import dev.joiner.campaign.AuctionEvent.Bid;
import dev.joiner.spi.JoinStore;
import dev.joiner.store.memory.MapJoinStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Queries of Nexmark and a left join, each as one spec, on data of its shape that arrives in many orders, some of it twice: the
 * rows that come out are those that loops over the tables find.
 */
@Timeout(7_200)
class NexmarkTest {
    private static final int ORDERS = Scale.of(4, 200);

    @TempDir
    Path folder;

    /** Opens an engine for a query. */
    private interface Engines {
        QueryEngine open(NexmarkQuery<? super AuctionEvent, ?, ?> query) throws Exception;
    }

    private static Stream<NexmarkQuery<? super AuctionEvent, ?, ?>> queries() {
        return Stream.of(
                new LocalSellers(),
                new NewSellers(),
                new WinningBids(),
                new BidsWithAuctions(),
                new AuctionsWithBids());
    }

    private static void runAll(String where, Engines engines) throws Exception {
        List<Object> columns = new ArrayList<>(List.of(where, ORDERS));
        for (NexmarkQuery<? super AuctionEvent, ?, ?> query : queries().toList()) {
            QueryRun run = new QueryRun(query);
            try (QueryEngine engine = engines.open(query)) {
                run.run(engine, ORDERS, Scale.seed());
            }
            columns.add(run.rows());
        }
        Results.add("Nexmark", columns.toArray());
    }

    private static <K, V> StoreEngine inMemory(
            NexmarkQuery<? super AuctionEvent, K, V> query, Function<AuctionEvent, String> id) {
        return StoreEngine.of(query, id, MapJoinStore.create(), QueryRun.BEGIN);
    }

    private static <K, V> StoreEngine on(Backend backend, NexmarkQuery<? super AuctionEvent, K, V> query) {
        String namespace = query.getClass().getSimpleName();
        JoinStore<K, V> store =
                JoinStores.open(backend.url(), JoinStoreConfig.of(namespace, query.keys(), query.values()));
        return StoreEngine.of(query, AuctionEvent::id, store, QueryRun.BEGIN);
    }

    @Test
    void queriesAreRightInMemory() throws Exception {
        runAll("memory", query -> inMemory(query, AuctionEvent::id));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("dev.joiner.campaign.StoreKind#chosen")
    void queriesAreRightOn(StoreKind kind) throws Exception {
        try (Backend backend = kind.start(folder)) {
            runAll(kind.toString(), query -> on(backend, query));
        }
    }

    @Test
    void queriesAreRightInKafkaStreams() throws Exception {
        runAll(
                "Kafka Streams",
                query -> new StreamsEngine(
                        query, AuctionEvent::id, folder.resolve(query.getClass().getSimpleName()), QueryRun.BEGIN));
    }

    /** A bid that the oracle has not seen, though it is for an auction: all queries that read bids are found to differ. */
    @ParameterizedTest
    @MethodSource("queriesOfBids")
    void aLostBidIsFound(NexmarkQuery<? super AuctionEvent, ?, ?> query) {
        assertDiffers(query, AuctionEvent::id, NexmarkTest::withoutWinner);
    }

    static Stream<NexmarkQuery<? super AuctionEvent, ?, ?>> queriesOfBids() {
        Bid bid = new Bid(0, 0, 0, QueryRun.BEGIN);
        return queries().filter(query -> query.reads(bid));
    }

    private static AuctionHouse withoutWinner(AuctionHouse house) {
        Stream<Bid> admitted = house.bids().stream()
                .filter(bid -> house.auctions().stream()
                        .anyMatch(auction -> auction.number() == bid.auction() && auction.admits(bid)));
        return house.withoutBid(admitted.max(WinningBids.Bidding.HIGHEST).orElseThrow());
    }

    /** Q8 and Q9 do not depend on ids, as what comes twice changes nothing in their values. */
    @ParameterizedTest
    @MethodSource("queriesWithIds")
    void aSpecThatForgetsIdsIsFound(NexmarkQuery<? super AuctionEvent, ?, ?> query) {
        assertDiffers(query, event -> null, house -> house);
    }

    static Stream<NexmarkQuery<? super AuctionEvent, ?, ?>> queriesWithIds() {
        return Stream.of(new LocalSellers(), new BidsWithAuctions(), new AuctionsWithBids());
    }

    private static <K, V> void assertDiffers(
            NexmarkQuery<? super AuctionEvent, K, V> query,
            Function<AuctionEvent, String> id,
            UnaryOperator<AuctionHouse> loss) {
        try (QueryEngine engine = inMemory(query, id)) {
            assertThatThrownBy(() -> new QueryRun(query, loss).run(engine, 4, Scale.seed()))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("-Dseed=");
        }
    }
}

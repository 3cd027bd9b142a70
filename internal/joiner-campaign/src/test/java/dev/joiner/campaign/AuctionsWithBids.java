package dev.joiner.campaign;

import static dev.joiner.campaign.NexmarkQuery.row;

import dev.joiner.Codec;
import dev.joiner.Collected;
import dev.joiner.JoinSpec;
import dev.joiner.KeyCodec;
import dev.joiner.campaign.AuctionEvent.Auction;
import dev.joiner.campaign.AuctionEvent.Bid;
import dev.joiner.campaign.AuctionEvent.Person;
import dev.joiner.campaign.AuctionsWithBids.Heading;
import dev.joiner.codec.jackson.JacksonCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** A left join: each auction at its own end with the bids that it admitted, or with none. The bids are collected. */
final class AuctionsWithBids implements NexmarkQuery<AuctionEvent, Long, Heading> {

    /**
     * The value.
     *
     * @param auction null until it comes
     */
    record Heading(Auction auction) {
        static Heading merge(AuctionEvent event, Heading pending) {
            return event instanceof Auction auction
                    ? new Heading(auction)
                    : pending == null ? new Heading(null) : pending;
        }
    }

    @Override
    public String title() {
        return "left join, auctions with bids";
    }

    @Override
    public boolean reads(AuctionEvent event) {
        return !(event instanceof Person);
    }

    @Override
    public KeyCodec<Long> keys() {
        return KeyCodec.longs();
    }

    @Override
    public Codec<Heading> values() {
        return JacksonCodec.of(Heading.class);
    }

    @Override
    public JoinSpec<AuctionEvent, Long, Heading, List<String>> spec(
            QueryOutput output, Function<AuctionEvent, String> id) {
        return JoinSpec.joining(AuctionEvent.class)
                .keyedBy(AuctionEvent::auctionOf)
                .mergedBy(Heading::merge)
                .collecting(event -> event, AuctionEvent.CODEC)
                .sufficientWhen((heading, events) -> false) // not before the end
                .identifiedBy(id)
                .expireAt(heading -> heading.auction == null ? null : heading.auction.expires())
                .expireAfter(Duration.ofDays(1)) // for bids whose auction is unknown
                .joinOnExpiry()
                .rememberFor(REMEMBERED)
                .process(collected -> output.joined(rows(collected)))
                .build();
    }

    private static List<String> rows(Collected<Heading, AuctionEvent> collected) {
        Auction auction = collected.value().auction;
        Stream<Bid> bids = collected.stream().filter(Bid.class::isInstance).map(Bid.class::cast);
        return auction == null
                ? bids.map(bid -> row("unknown auction", bid)).toList()
                : List.of(row(
                        "over",
                        auction,
                        bids.filter(auction::admits)
                                .sorted(Comparator.comparing(Bid::at))
                                .toList()));
    }

    @Override
    public List<String> expected(AuctionHouse house) {
        List<String> rows = new ArrayList<>();
        for (Auction auction : house.auctions()) {
            List<Bid> admitted = new ArrayList<>();
            for (Bid bid : house.bids()) { // in the order of their time
                if (bid.auction() == auction.number() && auction.admits(bid)) {
                    admitted.add(bid);
                }
            }
            rows.add(row("over", auction, admitted));
        }
        for (Bid bid : house.bids()) {
            boolean isKnown = false;
            for (Auction auction : house.auctions()) {
                isKnown |= bid.auction() == auction.number();
            }
            if (!isKnown) {
                rows.add(row("unknown auction", bid));
            }
        }
        return rows;
    }
}

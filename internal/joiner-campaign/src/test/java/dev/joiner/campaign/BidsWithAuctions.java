package dev.joiner.campaign;

import static dev.joiner.campaign.NexmarkQuery.row;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.KeyCodec;
import dev.joiner.campaign.AuctionEvent.Auction;
import dev.joiner.campaign.AuctionEvent.Bid;
import dev.joiner.codec.jackson.JacksonCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Q20: each bid with its auction, for one category. 1:N, until some time after the auction's own end. */
final class BidsWithAuctions implements NexmarkQuery<AuctionEvent, Long, OneWithMany<Auction, Bid>> {

    @Override
    public String title() {
        return "Q20, bids with auctions";
    }

    @Override
    public boolean reads(AuctionEvent event) {
        return event instanceof Auction auction
                ? auction.category() == AuctionHouse.POPULAR_CATEGORY
                : event instanceof Bid;
    }

    @Override
    public KeyCodec<Long> keys() {
        return KeyCodec.longs();
    }

    @Override
    public Codec<OneWithMany<Auction, Bid>> values() {
        return JacksonCodec.of(new TypeReference<>() {});
    }

    @Override
    public JoinSpec<AuctionEvent, Long, OneWithMany<Auction, Bid>, List<String>> spec(
            QueryOutput output, Function<AuctionEvent, String> id) {
        return JoinSpec.joining(AuctionEvent.class)
                .keyedBy(AuctionEvent::auctionOf)
                .<OneWithMany<Auction, Bid>>mergedBy((event, pending) -> event instanceof Auction auction
                        ? OneWithMany.with(auction, pending)
                        : OneWithMany.withAnother((Bid) event, pending))
                .sufficientWhen(OneWithMany::isWhole)
                .identifiedBy(id)
                .keepAfterJoin()
                .expireAt(listed ->
                        listed.one() == null ? null : listed.one().expires().plus(REMEMBERED))
                .expireAfter(Duration.ofDays(1)) // for bids whose auction is unknown
                .onExpired((listed, handOver) -> output.expired(unjoined(listed)))
                .process(listed -> output.joined(listed.many().stream()
                        .map(bid -> row("bid for", listed.one(), bid))
                        .toList()))
                .build();
    }

    @Override
    public List<String> unjoined(OneWithMany<Auction, Bid> listed) {
        return listed.one() == null
                ? listed.many().stream().map(bid -> row("not listed", bid)).toList()
                : List.of(row("without a bid", listed.one()));
    }

    @Override
    public List<String> expected(AuctionHouse house) {
        List<String> rows = new ArrayList<>();
        for (Bid bid : house.bids()) {
            boolean isListed = false;
            for (Auction auction : house.auctions()) {
                if (reads(auction) && auction.number() == bid.auction()) {
                    rows.add(row("bid for", auction, bid));
                    isListed = true;
                }
            }
            if (!isListed) {
                rows.add(row("not listed", bid));
            }
        }
        for (Auction auction : house.auctions()) {
            boolean hasBid = false;
            for (Bid bid : house.bids()) {
                hasBid |= auction.number() == bid.auction();
            }
            if (reads(auction) && !hasBid) {
                rows.add(row("without a bid", auction));
            }
        }
        return rows;
    }
}

package dev.joiner.campaign;

import static dev.joiner.campaign.NexmarkQuery.row;

import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.KeyCodec;
import dev.joiner.campaign.AuctionEvent.Auction;
import dev.joiner.campaign.AuctionEvent.Bid;
import dev.joiner.campaign.AuctionEvent.Person;
import dev.joiner.campaign.WinningBids.Bidding;
import dev.joiner.codec.jackson.JacksonCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/** Q9: the winning bid of each auction at its own end, the highest, and of several the first. */
final class WinningBids implements NexmarkQuery<AuctionEvent, Long, Bidding> {

    /**
     * The value.
     *
     * @param auction null until it comes
     * @param bids all of them while the auction is not known; then the one that would win, if there is one
     */
    record Bidding(Auction auction, List<Bid> bids) {
        static final Comparator<Bid> HIGHEST =
                Comparator.comparing(Bid::price).thenComparing(Bid::at, Comparator.reverseOrder());

        static Bidding merge(AuctionEvent event, Bidding pending) {
            Auction auction = event instanceof Auction announced ? announced : pending == null ? null : pending.auction;
            List<Bid> bids = new ArrayList<>(pending == null ? List.of() : pending.bids);
            if (event instanceof Bid bid) {
                bids.add(bid);
            }
            return new Bidding(auction, auction == null ? List.copyOf(bids) : winner(auction, bids));
        }

        private static List<Bid> winner(Auction auction, List<Bid> bids) {
            return bids.stream().filter(auction::admits).max(HIGHEST).stream().toList();
        }
    }

    @Override
    public String title() {
        return "Q9, winning bids";
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
    public Codec<Bidding> values() {
        return JacksonCodec.of(Bidding.class);
    }

    @Override
    public JoinSpec<AuctionEvent, Long, Bidding, List<String>> spec(
            QueryOutput output, Function<AuctionEvent, String> id) {
        return JoinSpec.joining(AuctionEvent.class)
                .keyedBy(AuctionEvent::auctionOf)
                .mergedBy(Bidding::merge)
                .sufficientWhen(bidding -> false) // not before the end
                .identifiedBy(id)
                .expireAt(bidding -> bidding.auction == null ? null : bidding.auction.expires())
                .expireAfter(Duration.ofDays(1)) // for bids whose auction is unknown
                .joinOnExpiry()
                .rememberFor(REMEMBERED)
                .process(bidding -> output.joined(rows(bidding)))
                .build();
    }

    private static List<String> rows(Bidding bidding) {
        return bidding.bids.stream()
                .map(bid -> bidding.auction == null ? row("unknown auction", bid) : row("won", bidding.auction, bid))
                .toList();
    }

    @Override
    public List<String> expected(AuctionHouse house) {
        List<String> rows = new ArrayList<>();
        for (Auction auction : house.auctions()) {
            Bid best = null;
            for (Bid bid : house.bids()) {
                if (bid.auction() == auction.number()
                        && auction.admits(bid)
                        && (best == null
                                || bid.price() > best.price()
                                || (bid.price() == best.price() && bid.at().isBefore(best.at())))) {
                    best = bid;
                }
            }
            if (best != null) {
                rows.add(row("won", auction, best));
            }
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

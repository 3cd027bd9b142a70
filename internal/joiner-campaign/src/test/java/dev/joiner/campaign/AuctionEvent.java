package dev.joiner.campaign;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.joiner.Codec;
import dev.joiner.campaign.AuctionEvent.Auction;
import dev.joiner.campaign.AuctionEvent.Bid;
import dev.joiner.campaign.AuctionEvent.Person;
import dev.joiner.codec.jackson.JacksonCodec;
import java.time.Instant;

/** What happens at an auction house, in the shape of the Nexmark benchmark. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
@JsonSubTypes({
    @JsonSubTypes.Type(value = Person.class, name = "person"),
    @JsonSubTypes.Type(value = Auction.class, name = "auction"),
    @JsonSubTypes.Type(value = Bid.class, name = "bid")
})
sealed interface AuctionEvent {
    Codec<AuctionEvent> CODEC = JacksonCodec.of(AuctionEvent.class);

    Instant at();

    /** The same for each delivery of the event, and for no other one. */
    String id();

    /** The number of the auction that an event is of which is an auction or a bid. */
    static Long auctionOf(AuctionEvent event) {
        return event instanceof Auction auction ? auction.number() : ((Bid) event).auction();
    }

    record Person(long number, String name, String state, Instant at) implements AuctionEvent {
        @Override
        public String id() {
            return "person-" + number;
        }
    }

    /** @param expires when the auction ends: bids of that moment are too late */
    record Auction(long number, long seller, int category, long reserve, Instant at, Instant expires)
            implements AuctionEvent {
        @Override
        public String id() {
            return "auction-" + number;
        }

        /** Whether a bid, which is for this auction, is in time and high enough. */
        boolean admits(Bid bid) {
            return !bid.at.isBefore(at) && bid.at.isBefore(expires) && bid.price >= reserve;
        }
    }

    /** Nobody bids twice at one moment. */
    record Bid(long auction, long bidder, long price, Instant at) implements AuctionEvent {
        @Override
        public String id() {
            return "bid-" + auction + "-" + bidder + "-" + at.toEpochMilli();
        }
    }
}

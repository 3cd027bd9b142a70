package dev.joiner.campaign;

import dev.joiner.campaign.AuctionEvent.Auction;
import dev.joiner.campaign.AuctionEvent.Bid;
import dev.joiner.campaign.AuctionEvent.Person;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Some minutes of an auction house, in the shape of Nexmark's data: of 50 events 3 are people, 10 are auctions and 37 are bids, and
 * the latest sellers and auctions are popular. Unlike there, some sellers are unknown, some auctions are never announced, some bids
 * come when their auction is over, and many have the same price.
 */
record AuctionHouse(List<Person> people, List<Auction> auctions, List<Bid> bids) {
    static final int POPULAR_CATEGORY = 10;
    /** How long after the end of an auction there may be bids for it. */
    static final Duration LATEST_BID = Duration.ofSeconds(20);

    static final Duration LONGEST_AUCTION = Duration.ofMinutes(3);

    private static final int EVENTS = 100;
    private static final int CATEGORIES = 5;
    private static final List<String> STATES = List.of("AZ", "CA", "ID", "OR", "WA", "WY");
    private static final long FIRST_NUMBER = 1_000;
    /** No event has it. */
    private static final long UNKNOWN = 999;

    /** Makes up events from a time on, no two at the same moment. */
    static AuctionHouse open(Random random, Instant from) {
        AuctionHouse house = new AuctionHouse(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        Instant now = from;
        for (int i = 0; i < EVENTS; i++) {
            now = now.plusMillis(random.nextInt(500, 8_000));
            int kind = i % 50;
            if (kind % 17 == 0) {
                house.people.add(house.person(random, now));
            } else if (kind % 5 == 1) {
                house.auctions.add(house.auction(random, now));
            } else {
                house.bids.add(house.bid(random, now));
            }
        }
        return house;
    }

    private Person person(Random random, Instant now) {
        long number = FIRST_NUMBER + people.size();
        return new Person(number, "name " + number, STATES.get(random.nextInt(STATES.size())), now);
    }

    private Auction auction(Random random, Instant now) {
        long seller = random.nextInt(10) == 0 ? UNKNOWN : recent(random, people).number();
        int category = POPULAR_CATEGORY + (random.nextBoolean() ? 0 : random.nextInt(CATEGORIES));
        Duration length = Duration.ofMillis(random.nextLong(10_000, LONGEST_AUCTION.toMillis()));
        return new Auction(FIRST_NUMBER + auctions.size(), seller, category, random.nextInt(4), now, now.plus(length));
    }

    private Bid bid(Random random, Instant now) {
        List<Auction> open = auctions.stream()
                .filter(auction -> now.isBefore(auction.expires().plus(LATEST_BID)))
                .toList();
        long auction = open.isEmpty() || random.nextInt(20) == 0
                ? UNKNOWN
                : recent(random, open).number();
        return new Bid(auction, random.nextInt(5), random.nextInt(8), now);
    }

    /** Half the time the last one, otherwise any. */
    private static <T> T recent(Random random, List<T> all) {
        return all.get(random.nextBoolean() ? all.size() - 1 : random.nextInt(all.size()));
    }

    List<AuctionEvent> events() {
        List<AuctionEvent> events = new ArrayList<>(people);
        events.addAll(auctions);
        events.addAll(bids);
        return events;
    }

    AuctionHouse withoutBid(Bid lost) {
        return new AuctionHouse(
                people, auctions, bids.stream().filter(bid -> !bid.equals(lost)).toList());
    }
}

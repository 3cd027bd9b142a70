package dev.joiner.campaign;

import static dev.joiner.campaign.NexmarkQuery.row;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.KeyCodec;
import dev.joiner.campaign.AuctionEvent.Auction;
import dev.joiner.campaign.AuctionEvent.Person;
import dev.joiner.codec.jackson.JacksonCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Q3: each auction of a category with its seller, who is from one of three states. 1:N, without an end. */
final class LocalSellers implements NexmarkQuery<AuctionEvent, Long, OneWithMany<Person, Auction>> {
    private static final Set<String> STATES = Set.of("OR", "ID", "CA");

    @Override
    public String title() {
        return "Q3, local sellers";
    }

    @Override
    public boolean reads(AuctionEvent event) {
        return event instanceof Person person
                ? STATES.contains(person.state())
                : event instanceof Auction auction && auction.category() == AuctionHouse.POPULAR_CATEGORY;
    }

    @Override
    public KeyCodec<Long> keys() {
        return KeyCodec.longs();
    }

    @Override
    public Codec<OneWithMany<Person, Auction>> values() {
        return JacksonCodec.of(new TypeReference<>() {});
    }

    @Override
    public JoinSpec<AuctionEvent, Long, OneWithMany<Person, Auction>, List<String>> spec(
            QueryOutput output, Function<AuctionEvent, String> id) {
        return JoinSpec.joining(AuctionEvent.class)
                .<Long>keyedBy(event -> event instanceof Person person ? person.number() : ((Auction) event).seller())
                .<OneWithMany<Person, Auction>>mergedBy((event, pending) -> event instanceof Person person
                        ? OneWithMany.with(person, pending)
                        : OneWithMany.withAnother((Auction) event, pending))
                .sufficientWhen(OneWithMany::isWhole)
                .identifiedBy(id)
                .keepAfterJoin()
                .expireAfterIdle(Duration.ofDays(1))
                .onExpired((seller, handOver) -> output.expired(unjoined(seller)))
                .process(seller -> output.joined(seller.many().stream()
                        .map(auction -> row("sold by", seller.one(), auction))
                        .toList()))
                .build();
    }

    @Override
    public List<String> unjoined(OneWithMany<Person, Auction> seller) {
        return seller.one() == null
                ? seller.many().stream()
                        .map(auction -> row("without a local seller", auction))
                        .toList()
                : List.of(row("without an auction", seller.one()));
    }

    @Override
    public List<String> expected(AuctionHouse house) {
        List<String> rows = new ArrayList<>();
        for (Person person : house.people()) {
            boolean sells = false;
            for (Auction auction : house.auctions()) {
                if (reads(person) && reads(auction) && auction.seller() == person.number()) {
                    rows.add(row("sold by", person, auction));
                    sells = true;
                }
            }
            if (reads(person) && !sells) {
                rows.add(row("without an auction", person));
            }
        }
        for (Auction auction : house.auctions()) {
            boolean isSold = false;
            for (Person person : house.people()) {
                isSold |= reads(person) && auction.seller() == person.number();
            }
            if (reads(auction) && !isSold) {
                rows.add(row("without a local seller", auction));
            }
        }
        return rows;
    }
}

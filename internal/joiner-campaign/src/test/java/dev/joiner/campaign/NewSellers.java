package dev.joiner.campaign;

import static dev.joiner.campaign.NexmarkQuery.row;

import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.KeyCodec;
import dev.joiner.campaign.AuctionEvent.Auction;
import dev.joiner.campaign.AuctionEvent.Bid;
import dev.joiner.campaign.AuctionEvent.Person;
import dev.joiner.campaign.NewSellers.InWindow;
import dev.joiner.codec.jackson.JacksonCodec;
import dev.joiner.merge.Part;
import dev.joiner.merge.Parts;
import dev.joiner.merge.PartsMerge;
import java.lang.invoke.MethodHandles;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Q8: who has come and opened an auction, both in one window of time. Tumbling windows are in the key. */
final class NewSellers implements NexmarkQuery<Object, InWindow, Parts> {
    private static final Duration WINDOW = Duration.ofSeconds(30);

    /** The key. */
    record InWindow(long person, Instant begin) {
        static InWindow of(long person, Instant at) {
            return new InWindow(
                    person, Instant.ofEpochMilli(at.toEpochMilli() - at.toEpochMilli() % WINDOW.toMillis()));
        }

        static InWindow of(Person person) {
            return of(person.number(), person.at());
        }

        static InWindow of(Auction auction) {
            return of(auction.seller(), auction.at());
        }

        static InWindow of(Parts parts) {
            return parts.find(PERSON).map(InWindow::of).orElseGet(() -> of(parts.get(AUCTION)));
        }

        Instant end() {
            return begin.plus(WINDOW);
        }
    }

    private static final Part<Person> PERSON = Part.of("person", Person.class, InWindow::of);
    private static final Part<Auction> AUCTION = Part.of("auction", Auction.class, InWindow::of);
    private static final PartsMerge BOTH = Parts.of(PERSON, AUCTION);

    @Override
    public String title() {
        return "Q8, new sellers";
    }

    @Override
    public boolean reads(AuctionEvent event) {
        return !(event instanceof Bid);
    }

    @Override
    public KeyCodec<InWindow> keys() {
        return KeyCodec.of(InWindow.class, MethodHandles.lookup());
    }

    @Override
    public Codec<Parts> values() {
        return JacksonCodec.of(BOTH);
    }

    @Override
    public JoinSpec<Object, InWindow, Parts, List<String>> spec(QueryOutput output, Function<AuctionEvent, String> id) {
        return BOTH.keyedBy(InWindow.class)
                .named("new sellers")
                .identifiedBy(event -> id.apply((AuctionEvent) event))
                .rememberFor(REMEMBERED.plus(WINDOW)) // further auctions of the window are late
                .expireAt(parts -> InWindow.of(parts).end())
                .onExpired((parts, handOver) -> output.expired(unjoined(parts)))
                .process(parts -> output.joined(List.of(
                        row("new seller", parts.get(PERSON), InWindow.of(parts).end()))))
                .build();
    }

    @Override
    public List<String> unjoined(Parts parts) {
        return List.of(row(parts.find(PERSON).isPresent() ? "does not sell" : "is not new", InWindow.of(parts)));
    }

    @Override
    public List<String> expected(AuctionHouse house) {
        Set<String> rows =
                new LinkedHashSet<>(); // a seller counts once for each window, whatever the number of auctions
        for (Person person : house.people()) {
            boolean sells = false;
            for (Auction auction : house.auctions()) {
                if (InWindow.of(auction).equals(InWindow.of(person))) {
                    rows.add(row("new seller", person, InWindow.of(person).end()));
                    sells = true;
                }
            }
            if (!sells) {
                rows.add(row("does not sell", InWindow.of(person)));
            }
        }
        for (Auction auction : house.auctions()) {
            boolean isNew = false;
            for (Person person : house.people()) {
                isNew |= InWindow.of(auction).equals(InWindow.of(person));
            }
            if (!isNew) {
                rows.add(row("is not new", InWindow.of(auction)));
            }
        }
        return new ArrayList<>(rows);
    }
}

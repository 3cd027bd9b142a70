package dev.joiner.spi;

import dev.joiner.Cause;
import dev.joiner.spi.JoinState.Closed;
import dev.joiner.spi.JoinState.Ended;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinState.KeptIds;
import dev.joiner.spi.JoinState.Last;
import dev.joiner.spi.StoredParts.Part;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a store keeps apart from the state of one key, page by page, so that it is never in memory all at a time.
 *
 * <p>As thread-safe as the store.
 */
public final class PartReader {
    /** Finds no parts. */
    public static final PartReader NONE = of((number, from, limit) -> List.of());

    private static final int PAGE = 1_000;

    /** Reads parts of the key as {@link JoinStore#parts} does. */
    @FunctionalInterface
    public interface Pages {
        List<Part> read(long number, int from, int limit);
    }

    private final Pages pages;
    private final boolean isBeforeTheWrite;

    private PartReader(Pages pages, boolean isBeforeTheWrite) {
        this.pages = pages;
        this.isBeforeTheWrite = isBeforeTheWrite;
    }

    /** Returns a reader of a key's parts. */
    public static PartReader of(Pages pages) {
        return new PartReader(pages, false);
    }

    /**
     * Returns a reader for the time before the write that appends what a {@link StoredParts} carries: it takes those parts from
     * there, and only the others from the store.
     */
    public PartReader beforeTheWrite() {
        return new PartReader(pages, true);
    }

    /** Returns a reader of the parts that a store has of a key. */
    public static <K> PartReader of(JoinStore<K, ?> store, K key) {
        return of((number, from, limit) -> store.parts(key, number, from, limit));
    }

    /**
     * Goes through the parts of a join. Where the store has fewer than there must be, the iterator throws a {@link
     * PartsGoneException}: it never ends early.
     */
    public Iterator<byte[]> iterator(StoredParts parts) {
        return new Iterator<>() {
            private final Walk walk = new Walk(parts);

            @Override
            public boolean hasNext() {
                return walk.hasNext();
            }

            @Override
            public byte[] next() {
                byte[] bytes = walk.next().bytes();
                if (bytes == null) {
                    throw new PartsGoneException(walk.next - 1, parts.size());
                }
                return bytes;
            }
        };
    }

    private final class Walk implements Iterator<Part> {
        private final long number;
        private final int size;
        /** The last ones, if they are not in the store yet. */
        private final List<Part> carried;

        private int next;
        private Iterator<Part> page = List.<Part>of().iterator();

        Walk(StoredParts parts) {
            this(parts.number(), parts.size(), isBeforeTheWrite ? parts.carried() : List.of());
        }

        Walk(long number, int size, List<Part> carried) {
            this.number = number;
            this.size = size;
            this.carried = carried;
        }

        @Override
        public boolean hasNext() {
            return next < size;
        }

        @Override
        public Part next() {
            if (next == size) {
                throw new NoSuchElementException();
            }
            if (!page.hasNext()) {
                int inStore = size - carried.size();
                page = next == inStore
                        ? carried.iterator()
                        : pages.read(number, next, Math.min(PAGE, inStore - next))
                                .iterator();
                if (!page.hasNext()) {
                    throw new PartsGoneException(next, size);
                }
            }
            next++;
            return page.next();
        }
    }

    /**
     * Returns a state with all that is kept apart from it in it, for whoever does not deal with parts that are: with as much memory
     * as that takes. Written in place of the other, it takes the parts out of the store.
     *
     * @throws PartsGoneException if it is not what the store holds any more
     */
    public <V> JoinState<V> gathered(JoinState<V> state) {
        if (PartsChange.numbers(state).isEmpty()) {
            return state;
        }
        Join<V> open = state.open() == null ? null : gathered(state.open());
        List<Flight<V>> flights = new ArrayList<>();
        for (Flight<V> flight : state.inFlight()) {
            flights.add(flight.of(gathered(flight.join())));
        }
        return new JoinState<>(open, flights, closed(state), state.token());
    }

    private <V> Join<V> gathered(Join<V> join) {
        if (!(join.collected() instanceof StoredParts parts)) {
            return join;
        }
        PartList list = PartList.NONE;
        Ids ids = join.ids();
        Walk walk = new Walk(parts);
        while (walk.hasNext()) {
            Part part = walk.next();
            if (part.bytes() == null) {
                throw new PartsGoneException(walk.next - 1, parts.size());
            }
            list = list.with(part.bytes());
            ids = part.id() == null ? ids : ids.with(part.id());
        }
        return new Join<>(
                join.value(),
                join.parts(),
                join.firstAt(),
                join.deadline(),
                join.idleUntil(),
                ids,
                join.joinedBefore(),
                list);
    }

    private @Nullable Closed closed(JoinState<?> state) {
        Closed closed = state.closed();
        Last last = closed == null ? null : closed.last();
        List<KeptIds> kept = new ArrayList<>(closed == null ? List.of() : closed.ids());
        for (Ended ended : state.ended()) {
            if (ended.isKept()) {
                Ids ids = Ids.NONE;
                Walk walk = new Walk(ended.number(), ended.rows(), List.of());
                while (walk.hasNext()) {
                    String id = walk.next().id();
                    ids = id == null ? ids : ids.with(id);
                }
                kept.add(new KeptIds(ids, ended.until()));
                Cause cause = ended.cause();
                last = cause == null || (last != null && last.at() > ended.at())
                        ? last
                        : new Last(ended.at(), cause, ended.rows());
            }
        }
        return closed == null && kept.isEmpty() ? null : new Closed(closed == null ? 0 : closed.until(), last, kept);
    }
}

package dev.joiner.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.Joiner;
import dev.joiner.Outcome;
import dev.joiner.spi.JoinStore;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/** A joiner on a store. */
final class StoreEngine implements QueryEngine {
    private final QueryOutput output = new QueryOutput();
    private final AtomicReference<Instant> now;
    private final JoinStore<?, ?> store;
    private final Joiner<? super AuctionEvent, ?> joiner;

    private StoreEngine(
            AtomicReference<Instant> now,
            JoinStore<?, ?> store,
            Function<QueryOutput, Joiner<? super AuctionEvent, ?>> joiner) {
        this.now = now;
        this.store = store;
        this.joiner = joiner.apply(output);
    }

    static <K, V> StoreEngine of(
            NexmarkQuery<? super AuctionEvent, K, V> query,
            Function<AuctionEvent, String> id,
            JoinStore<K, V> store,
            Instant begin) {
        AtomicReference<Instant> now = new AtomicReference<>(begin);
        return new StoreEngine(now, store, output -> Joiner.create(query.spec(output, id), store, now::get));
    }

    @Override
    public void accept(List<AuctionEvent> events) {
        if (events.size() == 1) {
            joiner.accept(events.get(0));
        } else {
            assertThat(joiner.acceptAll(events)).noneMatch(Outcome.Failed.class::isInstance);
        }
    }

    @Override
    public void advanceTo(Instant time) {
        now.set(time);
    }

    @Override
    public void sweep() {
        assertThat(joiner.sweep().failures()).isEmpty();
    }

    @Override
    public List<String> takeRows() {
        return output.take();
    }

    @Override
    public long size() {
        return store.size();
    }

    @Override
    public void close() {
        joiner.close();
    }
}

package dev.joiner.examples.transports;

import dev.joiner.Joiner;
import dev.joiner.Outcome;
import dev.joiner.StoreException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Cannot store one message until it is told to. */
final class StubbornJoiner extends ForwardingJoiner {
    private final String id;
    private volatile boolean yields;

    StubbornJoiner(Joiner<OrderEvent, Order> joiner, String id) {
        super(joiner);
        this.id = id;
    }

    void yieldAtLast() {
        yields = true;
    }

    @Override
    public List<Outcome<Order>> acceptAll(Collection<? extends OrderEvent> messages) {
        List<Outcome<Order>> outcomes = new ArrayList<>();
        for (OrderEvent message : messages) {
            outcomes.add(
                    message.id().equals(id) && !yields
                            ? new Outcome.Failed<>(new StoreException("not now"), false)
                            : accept(message));
        }
        return outcomes;
    }
}

package dev.joiner.examples.transports;

import dev.joiner.Joiner;
import dev.joiner.Outcome;
import java.util.Collection;
import java.util.List;

/** Ends its loop when it has taken a batch, before the first message is acknowledged. */
final class DyingJoiner extends ForwardingJoiner {

    static final class Died extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    DyingJoiner(Joiner<OrderEvent, Order> joiner) {
        super(joiner);
    }

    @Override
    public List<Outcome<Order>> acceptAll(Collection<? extends OrderEvent> messages) {
        super.acceptAll(messages);
        throw new Died();
    }
}

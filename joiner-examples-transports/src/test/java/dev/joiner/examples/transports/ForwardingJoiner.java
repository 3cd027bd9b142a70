package dev.joiner.examples.transports;

import dev.joiner.Joiner;
import dev.joiner.Outcome;
import dev.joiner.SweepReport;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.BooleanSupplier;

/** A joiner that does what another one does, to begin with. */
abstract class ForwardingJoiner implements Joiner<OrderEvent, Order> {
    private final Joiner<OrderEvent, Order> joiner;

    ForwardingJoiner(Joiner<OrderEvent, Order> joiner) {
        this.joiner = joiner;
    }

    @Override
    public Outcome<Order> accept(OrderEvent message) {
        return joiner.accept(message);
    }

    @Override
    public List<Outcome<Order>> acceptAll(Collection<? extends OrderEvent> messages) {
        return joiner.acceptAll(messages);
    }

    @Override
    public SweepReport sweep(BooleanSupplier goesOn) {
        return joiner.sweep(goesOn);
    }

    @Override
    public void close(Duration within) {
        joiner.close(within);
    }

    @Override
    public boolean isClosed() {
        return joiner.isClosed();
    }
}

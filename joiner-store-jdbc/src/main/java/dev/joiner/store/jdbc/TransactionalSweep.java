package dev.joiner.store.jdbc;

import dev.joiner.engine.FailingKeys;
import dev.joiner.engine.SweepOrder;
import dev.joiner.engine.Tally;
import dev.joiner.spi.JoinStore.Due;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;

/** One sweep that takes each key in a transaction of its own. */
final class TransactionalSweep<K> {
    private final InstantSource clock;
    private final BooleanSupplier goesOn;
    private final FailingKeys<K> failing;
    private final Tally tally;
    private final SweepOrder<K> order;

    TransactionalSweep(
            JdbcJoinStore<K, ?> store,
            InstantSource clock,
            BooleanSupplier goesOn,
            FailingKeys<K> failing,
            Tally tally) {
        this.clock = clock;
        this.goesOn = goesOn;
        this.failing = failing;
        this.tally = tally;
        SweepOrder.Source<K> due = (from, upTo, limit) -> store.due(from, upTo, limit, text -> tally.ended());
        order = new SweepOrder<>(due, failing, tally, clock.millis());
    }

    /** Does what is due under one key. */
    interface KeySweep<K> {
        /**
         * Does it.
         *
         * @param now in epoch milliseconds
         * @return whether that was something
         */
        boolean sweep(K key, long now);
    }

    /**
     * Does it.
     *
     * @throws dev.joiner.StoreException if the database failed
     */
    void run(KeySweep<K> keySweep) {
        while (goesOn.getAsBoolean()) {
            List<Due<K>> page = new ArrayList<>(order.next(clock.millis()));
            if (page.isEmpty()) {
                return;
            }
            // So that nodes which sweep together do not wait for each other.
            Collections.shuffle(page, ThreadLocalRandom.current());
            for (Due<K> due : page) {
                if (!goesOn.getAsBoolean()) {
                    return;
                }
                if (order.isEnough()) {
                    order.putOff(due);
                } else {
                    sweep(SweepOrder.key(due), keySweep);
                }
            }
        }
    }

    private void sweep(K key, KeySweep<K> keySweep) {
        int failures = tally.failures();
        try {
            if (!keySweep.sweep(key, order.notBefore(clock.millis()))) {
                order.done(key); // the row and the state differ about when it is due, or another node was faster
            }
        } catch (NotBegunException e) {
            throw e;
        } catch (Throwable e) { // of one key, an Error of a user's function as well
            tally.failed(key, e);
        }
        if (tally.failures() > failures) {
            failing.failed(key);
            order.failed();
            order.done(key);
        } else {
            failing.succeeded(key);
        }
    }
}

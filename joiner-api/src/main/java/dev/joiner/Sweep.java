package dev.joiner;

import dev.joiner.Exchanger.Work;
import dev.joiner.spi.JoinStore.Entry;
import dev.joiner.spi.Step;
import dev.joiner.spi.Step.Verdict;
import dev.joiner.spi.Versioned;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One sweep, page by page. What it comes across again, as it can do nothing about it, it reports once. */
final class Sweep<V, R> {
    private static final int PAGE = 256;
    private static final int LARGEST_PAGE = 1 << 16;

    private final Engine<?, V, R> engine;
    /** What becomes due while the sweep goes on, its own failures too, is the next one's. */
    private final Instant upTo;

    private final Map<Object, Exception> failures = new LinkedHashMap<>();
    private int joined;
    private int expired;
    private int poisoned;
    private int ended;

    Sweep(Engine<?, V, R> engine) {
        this.engine = engine;
        upTo = engine.clock().instant();
    }

    SweepReport run() {
        int limit = PAGE;
        while (true) {
            List<Entry<Object, V>> page = engine.store().due(upTo, limit);
            int stuck = page.isEmpty() ? 0 : sweep(page);
            if (page.size() < limit || limit >= LARGEST_PAGE) {
                break;
            }
            if (stuck == page.size()) {
                limit *= 2; // nothing can be done about the oldest entries: look behind them
            }
        }
        return new SweepReport(
                joined,
                expired,
                poisoned,
                ended,
                failures.entrySet().stream()
                        .map(failure -> new SweepReport.Failure(failure.getKey(), failure.getValue()))
                        .toList());
    }

    /** Does what is due on one page; how many entries stay due. */
    private int sweep(List<Entry<Object, V>> page) {
        int stuck = 0;
        Instant clock = engine.clock().instant();
        Instant now = clock.isBefore(upTo) ? upTo : clock; // set back meanwhile, it would show nothing due, for ever
        List<Work<V>> works = new ArrayList<>(page.size());
        List<LastStep<V>> steps = new ArrayList<>(page.size());
        for (Entry<Object, V> entry : page) {
            Object key = entry.key();
            if (key == null) {
                stuck++;
                report(entry.held());
            } else {
                LastStep<V> step = LastStep.of(state -> engine.transition()
                        .due(key, state, now, engine.exchanger().nonce()));
                works.add(new Work<>(new Cursor<>(key, entry.held(), true), step));
                steps.add(step);
            }
        }
        engine.exchanger().settleAll(works);
        HandOvers<V, R> handOvers = new HandOvers<>(engine);
        List<Delivery<V, R>> deliveries = new ArrayList<>();
        for (int i = 0; i < works.size(); i++) {
            Cursor<V> cursor = works.get(i).cursor;
            Exception failure = works.get(i).failure;
            if (failure != null) {
                stuck++;
                failures.put(cursor.key, failure);
            } else {
                Step<V> step = steps.get(i).get();
                ended += step.verdict() == Verdict.DONE ? 1 : 0;
                step.claimed().forEach(flight -> deliveries.add(handOvers.add(cursor, flight)));
            }
        }
        handOvers.deliverAll(deliveries);
        deliveries.forEach(this::count);
        return stuck;
    }

    private void report(Versioned<V> unreadable) {
        try {
            unreadable.state();
        } catch (CodecException e) {
            failures.put(e.key(), e);
        }
    }

    private void count(Delivery<V, R> delivery) {
        if (delivery.progress == Delivery.Progress.THREW) {
            failures.put(delivery.key(), delivery.failure());
        } else if (delivery.progress == Delivery.Progress.RETURNED) {
            if (delivery.unwritten != null) {
                failures.put(delivery.key(), delivery.unwritten);
            }
            if (delivery.poisoned) {
                poisoned++;
            } else if (engine.spec().isProcessed(delivery.cause())) {
                joined++;
            } else {
                expired++;
            }
        }
    }
}

package dev.joiner.internal.driver;

import dev.joiner.StoreException;
import dev.joiner.SweepReport;
import dev.joiner.engine.Step;
import dev.joiner.engine.Step.Verdict;
import dev.joiner.engine.SweepOrder;
import dev.joiner.engine.Tally;
import dev.joiner.internal.driver.KeyUpdater.Answer;
import dev.joiner.internal.driver.KeyUpdater.Request;
import dev.joiner.internal.driver.KeyUpdater.StepEvent;
import dev.joiner.internal.driver.KeyUpdater.Update;
import dev.joiner.spi.JoinStore.Due;
import dev.joiner.spi.Versioned;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One sweep. It claims each page in one batch, hands it over, and then deals with the suspects of the page, one by one. */
final class Sweep<K, V, R> {
    private final Context<?, K, V, R> context;
    private final BooleanSupplier goesOn;
    private final Tally tally;
    private final SweepOrder<K> order;

    Sweep(Context<?, K, V, R> context, BooleanSupplier goesOn) {
        this.context = context;
        this.goesOn = goesOn;
        tally = new Tally(context.functions());
        order = new SweepOrder<>(context.store()::due, context.failing(), tally, context.now());
    }

    SweepReport run() {
        return tally.report(this::sweepPages);
    }

    private void sweepPages() {
        while (mayGoOn()) {
            List<Due<K>> page = order.next(now());
            if (page.isEmpty()) {
                return;
            }
            sweep(page);
        }
    }

    private boolean mayGoOn() {
        return context.mayBegin() && goesOn.getAsBoolean();
    }

    private long now() {
        return order.notBefore(context.now());
    }

    private void sweep(List<Due<K>> page) {
        List<@Nullable Versioned<V>> found =
                context.store().findAll(page.stream().map(SweepOrder::key).toList());
        Map<K, Due<K>> dueByKey = new LinkedHashMap<>();
        Map<K, Versioned<V>> alone = new LinkedHashMap<>();
        List<Request<K, V, Step<V>>> requests = new ArrayList<>(page.size());
        for (int i = 0; i < page.size(); i++) {
            K key = SweepOrder.key(page.get(i));
            Versioned<V> held = found.get(i);
            if (held == null) {
                order.done(key); // another node was faster, or the store is wrong about what is due
                continue;
            }
            dueByKey.put(key, page.get(i));
            if (context.functions().atMostOnce()) {
                alone.put(key, held); // what a write removes is handed over at once
            } else {
                requests.add(new Request<>(key, held, true, due(key, false)));
            }
        }
        List<K> removing = new ArrayList<>();
        List<Claim<K, V, R>> claimed = handOver(requests, alone, removing);
        claimed.forEach(this::count);
        for (Claim<K, V, R> claim : claimed) {
            if (claim.wasGivenBack()) {
                order.putOff(Objects.requireNonNull(dueByKey.get(claim.key())));
            }
        }
        removing.forEach(this::removeParts);
        alone.forEach((key, held) -> {
            if (order.isEnough()) {
                order.putOff(Objects.requireNonNull(dueByKey.get(key)));
            } else {
                sweepAlone(key, held);
            }
        });
    }

    /**
     * Claims what goes together, and hands it over.
     *
     * @param alone takes what does not
     * @param removing takes the keys that have more parts of ended joins than a write removes
     */
    private List<Claim<K, V, R>> handOver(
            List<Request<K, V, Step<V>>> requests, Map<K, Versioned<V>> alone, List<K> removing) {
        List<Answer<V, Step<V>>> answers = context.updater().updateAll(requests);
        Claims<K, V, R> claims = new Claims<>(context, goesOn, SweepOrder.MOST_FAILURES);
        List<Claim<K, V, R>> claimed = new ArrayList<>();
        for (int i = 0; i < answers.size(); i++) {
            K key = requests.get(i).key();
            Update<V, Step<V>> update = answers.get(i).update();
            if (update == null) {
                order.done(key);
                tally.failed(key, Objects.requireNonNull(answers.get(i).failure()));
            } else {
                count(key, update.result());
                claimed.addAll(claims.add(key, update.held(), update.result().claimed()));
                if (update.result().more() && update.held() != null) {
                    alone.put(key, update.held());
                }
                if (context.transition().hasPartsToRemove(update.result().next(), now())) {
                    removing.add(key);
                }
            }
        }
        claims.handOver(claimed);
        return claimed;
    }

    /** Removes what is left of a key's joins that ended, page by page. */
    private void removeParts(K key) {
        StepEvent<V> removal = state -> context.transition().removeParts(state, now());
        boolean more = true;
        while (more && mayGoOn()) {
            try {
                more = context.updater().update(key, removal).result().more();
            } catch (StoreException e) {
                throw e;
            } catch (RuntimeException e) { // it concerns this key alone
                tally.failed(key, e);
                return;
            }
        }
    }

    private StepEvent<V> due(K key, boolean alone) {
        return state -> context.transition().due(key, state, now(), context.nonce(), alone);
    }

    /** Does what is due under a key one join at a time, each handed over and written off before the next is claimed. */
    private void sweepAlone(K key, Versioned<V> held) {
        boolean mayKill = !context.functions().atMostOnce();
        if (mayKill && !Suspects.tryEnter()) {
            order.done(key); // another thread has a suspect under way: later
            return;
        }
        try {
            Versioned<V> believed = held;
            while (believed != null && mayGoOn()) {
                believed = sweepOne(key, believed);
            }
        } finally {
            if (mayKill) {
                Suspects.leave();
            }
        }
    }

    /** What the key holds after that, if there may be more; otherwise null. */
    private @Nullable Versioned<V> sweepOne(K key, Versioned<V> held) {
        Update<V, Step<V>> update;
        try {
            update = context.updater().update(key, held, false, due(key, true));
        } catch (StoreException e) {
            throw e;
        } catch (Throwable e) { // of a user's function, an Error as well: it concerns this key alone
            order.done(key);
            tally.failed(key, e);
            return null;
        }
        Step<V> step = update.result();
        count(key, step);
        if (step.claimed().isEmpty()) {
            return null;
        }
        Claim<K, V, R> claim =
                Claim.alone(context, key, update.held(), step.claimed().get(0));
        claim.handOverAlone();
        count(claim);
        if (claim.wasGivenBack()) {
            order.done(key); // its lease is over
        }
        return step.more() && claim.hasBegun() ? claim.held() : null;
    }

    private void count(K key, Step<V> step) {
        if (step.verdict() == Verdict.NOTHING && !step.more()) {
            order.done(key); // the store and the state differ about when it is due
        } else if (step.verdict() == Verdict.DONE && step.parked().isEmpty()) {
            tally.ended();
        }
        tally.parked(step.parked().size());
        context.parked(key, step.parked());
    }

    private void count(Claim<K, V, R> claim) {
        claim.count(tally);
        if (claim.hasBegun() && !claim.isTaken()) {
            order.failed();
        }
        if (!claim.isTaken() && !claim.wasGivenBack()) {
            order.done(claim.key()); // for the next sweep, if it is not another node's
        }
    }
}

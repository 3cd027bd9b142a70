package dev.joiner.internal.driver;

import dev.joiner.StoreException;
import dev.joiner.SweepReport;
import dev.joiner.engine.Step;
import dev.joiner.engine.Tally;
import dev.joiner.internal.driver.KeyUpdater.Answer;
import dev.joiner.internal.driver.KeyUpdater.Request;
import dev.joiner.internal.driver.KeyUpdater.StepEvent;
import dev.joiner.internal.driver.KeyUpdater.Update;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinStore.Entry;
import dev.joiner.spi.JoinStore.Page;
import dev.joiner.spi.Versioned;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Asks of every open join whether it is whole now, page by page, and hands over those that are. */
final class Reexamination<K, V, R> {
    private static final int PAGE = 256;

    private final Context<?, K, V, R> context;
    private final Tally tally;

    Reexamination(Context<?, K, V, R> context) {
        this.context = context;
        tally = new Tally(context.functions());
    }

    SweepReport run() {
        return tally.report(this::reexaminePages);
    }

    private void reexaminePages() {
        String cursor = null;
        do {
            Page<K, V> page = context.store().scan(cursor, PAGE);
            reexamine(page.entries());
            cursor = page.next();
        } while (cursor != null && context.mayBegin());
    }

    private void reexamine(List<Entry<K, V>> entries) {
        List<Request<K, V, Step<V>>> requests = new ArrayList<>();
        for (Entry<K, V> entry : entries) {
            K key = entry.key();
            Versioned<V> held = entry.held();
            if (held instanceof Versioned.Unreadable<V> unreadable) {
                tally.failed(key == null ? unreadable.problem().key() : key, unreadable.problem());
            } else if (key != null && held.state().open() != null) {
                requests.add(new Request<>(key, held, true, reexamined(key)));
            }
        }
        if (context.functions().atMostOnce()) {
            requests.forEach(this::reexamineAlone);
        } else {
            reexamineTogether(requests);
        }
    }

    private StepEvent<V> reexamined(K key) {
        boolean alone = context.functions().atMostOnce();
        return state -> context.transition().reexamine(key, state, context.now(), context.nonce(), alone);
    }

    private void reexamineTogether(List<Request<K, V, Step<V>>> requests) {
        List<Answer<V, Step<V>>> answers = context.updater().updateAll(requests);
        Claims<K, V, R> claims = new Claims<>(context);
        List<Claim<K, V, R>> claimed = new ArrayList<>();
        for (int i = 0; i < answers.size(); i++) {
            K key = requests.get(i).key();
            Update<V, Step<V>> update = answers.get(i).update();
            if (update == null) {
                tally.failed(key, Objects.requireNonNull(answers.get(i).failure()));
            } else {
                claimed.addAll(claims.add(key, update.held(), update.result().claimed()));
            }
        }
        claims.handOver(claimed);
        claimed.forEach(claim -> claim.count(tally));
    }

    private void reexamineAlone(Request<K, V, Step<V>> request) {
        if (!context.mayBegin()) {
            return;
        }
        Update<V, Step<V>> update;
        try {
            update = context.updater().update(request.key(), request.held(), true, request.event());
        } catch (StoreException e) {
            throw e;
        } catch (Throwable e) { // of a user's function, an Error as well: it concerns this key alone
            tally.failed(request.key(), e);
            return;
        }
        for (Flight<V> flight : update.result().claimed()) {
            Claim<K, V, R> claim = Claim.alone(context, request.key(), update.held(), flight);
            claim.handOverAlone();
            claim.count(tally);
        }
    }
}

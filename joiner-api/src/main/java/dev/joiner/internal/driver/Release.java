package dev.joiner.internal.driver;

import dev.joiner.ContentionException;
import dev.joiner.Outcome;
import dev.joiner.StoreException;
import dev.joiner.engine.Step;
import dev.joiner.internal.SafeText;
import dev.joiner.internal.driver.KeyUpdater.StepEvent;
import dev.joiner.internal.driver.KeyUpdater.Update;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.Versioned;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Hands over what there is under one key, in as many steps as its suspects and the room in flight ask for. */
final class Release<K, V, R> {
    private final Context<?, K, V, R> context;
    private final K key;

    Release(Context<?, K, V, R> context, K key) {
        this.context = context;
        this.key = key;
    }

    List<Outcome<R>> run() {
        Versioned<V> found = context.store().find(key);
        if (found == null) {
            return List.of();
        }
        boolean mayKill = hasSuspects(found.state());
        if (mayKill && !Suspects.tryEnter()) {
            throw new ContentionException(context.functions().name() + ": key \"" + SafeText.of(key)
                    + "\" has a join whose handler may have killed a process, and this process has another such join under"
                    + " way");
        }
        try {
            return released(found);
        } finally {
            if (mayKill) {
                Suspects.leave();
            }
        }
    }

    private static boolean hasSuspects(JoinState<?> state) {
        return state.inFlight().stream().anyMatch(flight -> flight.suspect() || flight.isClaimed());
    }

    private List<Outcome<R>> released(Versioned<V> found) {
        long token = found.state().token();
        StepEvent<V> event = state -> context.transition().release(key, state, context.now(), context.nonce(), token);
        List<Outcome<R>> outcomes = new ArrayList<>();
        Versioned<V> held = found;
        boolean isFresh = true;
        boolean more = true;
        while (more && context.mayBegin()) {
            Update<V, Step<V>> update;
            try {
                update = context.updater().update(key, held, isFresh, event);
            } catch (ContentionException | StoreException e) {
                if (outcomes.isEmpty()) {
                    throw e;
                }
                break; // what became of the first has to be told
            }
            outcomes.addAll(handedOver(update));
            more = update.result().more();
            held = update.held();
            isFresh = false;
        }
        return outcomes;
    }

    private List<Outcome<R>> handedOver(Update<V, Step<V>> update) {
        List<Flight<V>> claimed = update.result().claimed();
        if (claimed.size() == 1) {
            return claimed.stream()
                    .map(flight -> handedOver(update.held(), flight))
                    .toList();
        }
        Claims<K, V, R> claims = new Claims<>(context);
        List<Claim<K, V, R>> several = claims.add(key, update.held(), claimed);
        claims.handOver(several);
        return several.stream().map(Claim::outcome).toList();
    }

    private Outcome<R> handedOver(@Nullable Versioned<V> held, Flight<V> flight) {
        Claim<K, V, R> claim = Claim.alone(context, key, held, flight);
        claim.handOverAlone();
        return claim.outcome();
    }
}

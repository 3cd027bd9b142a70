package dev.joiner.internal.driver;

import dev.joiner.CodecException;
import dev.joiner.ContentionException;
import dev.joiner.Outcome;
import dev.joiner.StoreException;
import dev.joiner.ValueTooLargeException;
import dev.joiner.engine.Step;
import dev.joiner.engine.Step.Verdict;
import dev.joiner.internal.driver.KeyUpdater.Answer;
import dev.joiner.internal.driver.KeyUpdater.Event;
import dev.joiner.internal.driver.KeyUpdater.Request;
import dev.joiner.internal.driver.KeyUpdater.Update;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.Versioned;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A batch of messages: those of one key go into it by one write, the keys go to the store together, and the handlers run when all
 * is written.
 *
 * <p>Where that is not possible for all messages of a key (too many joins in flight, or a message that must not take others down
 * with it), the rest goes in a further round, after the hand-overs of this one are written off.
 */
final class Batch<M, K, V, R> {
    private final Context<M, K, V, R> context;
    private final boolean atMostOnce;
    private final boolean isHeard;
    private final List<Item> items;
    private final List<OfKey> keys;

    Batch(Context<M, K, V, R> context, Collection<? extends M> messages) {
        this.context = context;
        atMostOnce = context.functions().atMostOnce();
        isHeard = context.functions().hearsOfIncomplete() || context.listener().isHeard();
        items = new ArrayList<>(messages.size());
        Map<K, OfKey> byKey = new LinkedHashMap<>();
        for (M message : messages) {
            Item item = new Item(items.size());
            items.add(item);
            try {
                Arrival<M, K, V, R> arrival = new Arrival<>(context, message);
                item.arrival = arrival;
                byKey.computeIfAbsent(arrival.key(), OfKey::new).items.add(item);
            } catch (Throwable e) { // of a function of the user's, an Error as well: it concerns this message alone
                item.fail(e);
            }
        }
        keys = new ArrayList<>(byKey.values());
    }

    /** A message of the batch, and what becomes of it. */
    private final class Item {
        private final int index;

        @Nullable
        Arrival<M, K, V, R> arrival;

        /** What the transition made of it, if the handlers of this round are to hear of that. */
        @Nullable
        Step<V> step;

        @Nullable
        Claim<K, V, R> claim;

        Outcome<R> outcome = new Outcome.Incomplete<>();

        Item(int index) {
            this.index = index;
        }

        int index() {
            return index;
        }

        Arrival<M, K, V, R> arrival() {
            return Objects.requireNonNull(arrival);
        }

        /** The message is not stored, whatever the exception says: a function of the spec may throw one of another joiner. */
        void fail(Throwable e) {
            outcome = new Outcome.Failed<>(e, false);
        }
    }

    /** The messages of one key, in order. */
    private final class OfKey {
        final K key;
        final List<Item> items = new ArrayList<>(2);
        /** How many of them have gone in, or failed. */
        int done;
        /** How many of those that are left may go together: halved until a message that spoils a write is alone. */
        private int most = Integer.MAX_VALUE;

        OfKey(K key) {
            this.key = key;
        }

        /** Up to which one the next may go together. */
        int end() {
            return done + Math.min(most, items.size() - done);
        }

        void haveGoneIn() {
            most = (int) Math.min(Integer.MAX_VALUE, 2L * most);
        }

        /** Lets only half as many go together. False if it was one already, which is at fault then. */
        boolean halve() {
            int tried = end() - done;
            most = Math.max(1, tried / 2);
            return tried > 1;
        }

        boolean isDone() {
            return done == items.size();
        }
    }

    /**
     * What a write makes of the next messages of a key.
     *
     * @param results for each of them in order a step, what was thrown, or {@link Verdict#MERGED} alone if nobody hears of that:
     *     the steps of a large batch hold all that its joins ever were
     */
    private record Folded<V>(@Nullable JoinState<V> next, List<Object> results) {}

    /** Takes the next messages of a key into its state, as many as may go together. */
    private final class Fold implements Event<V, Folded<V>> {
        private final OfKey ofKey;

        Fold(OfKey ofKey) {
            this.ofKey = ofKey;
        }

        @Override
        public Folded<V> on(@Nullable JoinState<V> state) {
            int end = ofKey.end();
            List<Object> results = new ArrayList<>(end - ofKey.done);
            JoinState<V> next = state;
            boolean hasClaimed = false;
            for (int i = ofKey.done; i < end; i++) {
                try {
                    Step<V> step = ofKey.items.get(i).arrival().step(next, false);
                    if (atMostOnce && step.verdict() == Verdict.CLAIMED) {
                        break; // goes in alone, and is handed over at once
                    }
                    next = step.next();
                    hasClaimed |= step.verdict() == Verdict.CLAIMED;
                    boolean isOfInterest = isHeard || step.verdict() != Verdict.MERGED;
                    results.add(isOfInterest ? step : step.verdict());
                } catch (ContentionException e) {
                    if (hasClaimed) {
                        break; // by messages of this very round: there is room in the next
                    }
                    results.add(e);
                } catch (Throwable e) { // as above
                    results.add(e);
                }
            }
            return new Folded<>(next, results);
        }

        @Override
        public Collection<String> inDoubt(@Nullable Folded<V> folded) {
            if (folded == null) {
                return List.of();
            }
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < folded.results().size(); i++) {
                Object result = folded.results().get(i);
                if (result instanceof Throwable || (result instanceof Step<?> step && step.verdict() == Verdict.LATE)) {
                    ids.addAll(ofKey.items.get(ofKey.done + i).arrival().unknownId());
                }
            }
            return ids;
        }

        @Override
        public void present(Map<String, Long> ids) {
            for (int i = ofKey.done; i < ofKey.end(); i++) {
                ofKey.items.get(i).arrival().present(ids);
            }
        }

        @Override
        public boolean depends(Folded<V> folded) {
            return !folded.results().isEmpty();
        }

        @Override
        public @Nullable JoinState<V> next(Folded<V> folded) {
            return folded.next();
        }
    }

    List<Outcome<R>> run() {
        List<OfKey> left = keys;
        for (boolean isFirst = true; !left.isEmpty(); isFirst = false) {
            try {
                round(left);
            } catch (StoreException e) {
                if (isFirst) {
                    throw e;
                }
                left.forEach(ofKey -> failRest(ofKey, e)); // handlers ran in earlier rounds, and have to be told of
            }
            left = left.stream().filter(ofKey -> !ofKey.isDone()).toList();
        }
        return items.stream().map(item -> item.outcome).toList();
    }

    private void failRest(OfKey ofKey, StoreException e) {
        for (; !ofKey.isDone(); ofKey.done++) {
            ofKey.items.get(ofKey.done).fail(e);
        }
    }

    private void round(List<OfKey> left) {
        Claims<K, V, R> claims = new Claims<>(context);
        List<Item> taken = write(left, claims);
        try {
            context.calls().hold(claims);
            taken.forEach(item -> tellOrBegin(item, claims));
        } finally {
            claims.end();
        }
        for (Item item : taken) {
            if (item.claim != null) {
                item.outcome = item.claim.outcome();
                item.claim = null;
            }
        }
        if (atMostOnce) {
            left.forEach(this::acceptNext);
        }
    }

    /** Writes what goes together. The messages that are in, in the order of the batch. */
    private List<Item> write(List<OfKey> left, Claims<K, V, R> claims) {
        JoinStore<K, V> store = context.store();
        List<Request<K, V, Folded<V>>> requests = new ArrayList<>(left.size());
        for (OfKey ofKey : left) {
            requests.add(new Request<>(ofKey.key, guess(store, ofKey.key), false, new Fold(ofKey)));
        }
        List<Answer<V, Folded<V>>> answers = context.updater().updateAll(requests);
        List<Item> taken = new ArrayList<>();
        for (int i = 0; i < answers.size(); i++) {
            OfKey ofKey = left.get(i);
            Update<V, Folded<V>> update = answers.get(i).update();
            if (update == null) {
                refused(ofKey, Objects.requireNonNull(answers.get(i).failure()));
            } else {
                ofKey.haveGoneIn();
                for (Object result : update.result().results()) {
                    taken.add(take(ofKey, update, result, claims));
                }
            }
        }
        taken.sort(Comparator.comparingInt(Item::index));
        return taken;
    }

    private static <K, V> @Nullable Versioned<V> guess(JoinStore<K, V> store, K key) {
        try {
            return store.guess(key);
        } catch (IllegalArgumentException | CodecException e) {
            return null; // the exchange says it again, of this key alone
        }
    }

    /** Nothing was written for the key. If that is the fault of one message, the others do without it. */
    private void refused(OfKey ofKey, Throwable failure) {
        boolean isOfOne = failure instanceof ValueTooLargeException || failure instanceof CodecException;
        if (isOfOne && ofKey.halve()) {
            return;
        }
        int end = isOfOne ? ofKey.done + 1 : ofKey.items.size();
        for (; ofKey.done < end; ofKey.done++) {
            ofKey.items.get(ofKey.done).fail(failure);
        }
    }

    private Item take(OfKey ofKey, Update<V, Folded<V>> update, Object result, Claims<K, V, R> claims) {
        Item item = ofKey.items.get(ofKey.done++);
        if (result instanceof Throwable e) {
            item.fail(e);
        } else if (result instanceof Step<?>) {
            @SuppressWarnings("unchecked") // of this fold
            Step<V> step = (Step<V>) result;
            if (step.verdict() == Verdict.CLAIMED) {
                item.claim =
                        claims.add(ofKey.key, update.held(), step.claimed()).get(0);
            } else {
                item.step = step;
            }
        }
        return item;
    }

    /** Calls the handler that a message is for. What it says of a hand-over is not the last word. */
    private void tellOrBegin(Item item, Claims<K, V, R> claims) {
        if (item.claim != null) {
            claims.begin(item.claim);
        } else if (item.step != null) {
            tell(item, item.step);
        }
        item.step = null;
    }

    private void tell(Item item, Step<V> step) {
        try {
            item.outcome = item.arrival().told(step);
        } catch (Throwable e) { // of onIncomplete or onLate: the message is written
            item.outcome = new Outcome.Failed<>(e, true);
        }
    }

    /** At most once: a message that completes a join goes in alone. */
    private void acceptNext(OfKey ofKey) {
        if (ofKey.isDone()) {
            return;
        }
        Item item = ofKey.items.get(ofKey.done++);
        Update<V, Step<V>> update;
        try {
            update = context.updater().update(ofKey.key, item.arrival());
        } catch (StoreException e) {
            item.fail(e);
            failRest(ofKey, e);
            return;
        } catch (Throwable e) { // as above
            item.fail(e);
            return;
        }
        Step<V> step = update.result();
        if (step.verdict() == Verdict.CLAIMED) {
            Claim<K, V, R> claim = Claim.alone(
                    context, ofKey.key, update.held(), step.claimed().get(0));
            claim.handOverAlone();
            item.outcome = claim.outcome();
        } else {
            tell(item, step);
        }
    }
}

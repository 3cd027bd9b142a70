package dev.joiner.examples.transports;

import dev.joiner.ContentionException;
import dev.joiner.Joiner;
import dev.joiner.Outcome;
import dev.joiner.ProcessingException;
import dev.joiner.StoreException;
import java.util.Collections;
import java.util.List;

// snippet:transports-fate
/** What a consumer does with a message. */
enum Fate {
    ACKNOWLEDGE,
    REDELIVER,
    /** Goes to the dead letters: a redelivery would end the same way. */
    SET_ASIDE;

    static <M> List<Fate> of(List<M> batch, Joiner<M, ?> joiner) {
        try {
            return joiner.acceptAll(batch).stream().map(Fate::of).toList();
        } catch (StoreException e) {
            return Collections.nCopies(batch.size(), REDELIVER);
        }
    }

    private static Fate of(Outcome<?> outcome) {
        if (outcome.isSafe()) {
            return ACKNOWLEDGE;
        }
        Throwable cause = ((Outcome.Failed<?>) outcome).cause();
        boolean comesAgain = cause instanceof StoreException
                || cause instanceof ContentionException
                || cause instanceof ProcessingException; // undone, in a transactional joiner
        return comesAgain ? REDELIVER : SET_ASIDE;
    }
}
// end:transports-fate

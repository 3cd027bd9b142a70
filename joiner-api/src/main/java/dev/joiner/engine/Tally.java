package dev.joiner.engine;

import dev.joiner.Cause;
import dev.joiner.StoreException;
import dev.joiner.SweepException;
import dev.joiner.SweepReport;
import dev.joiner.SweepReport.Failure;
import dev.joiner.engine.Delivery.End;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Adds up what a sweep does, key by key. Not thread-safe. For drivers of {@link Transition}. */
public final class Tally {
    private final SpecFunctions<?, ?, ?, ?> functions;
    private int joined;
    private int expired;
    private int poisoned;
    private int parked;
    private int ended;
    private int unnamed;
    /** By key, so that what a sweep comes across again is reported once. */
    private final Map<Object, Throwable> failures = new LinkedHashMap<>();

    public Tally(SpecFunctions<?, ?, ?, ?> functions) {
        this.functions = functions;
    }

    /** A handler took a join, or did not. */
    public void handedOver(Cause cause, End end) {
        if (end == End.POISONED) {
            poisoned++;
        } else if (end == End.RETURNED) {
            if (functions.isProcessed(cause)) {
                joined++;
            } else {
                expired++;
            }
        }
    }

    public void parked(int joins) {
        parked += joins;
    }

    /** Something under a key ended without a hand-over. */
    public void ended() {
        ended++;
    }

    /**
     * A key could not be dealt with completely.
     *
     * @param key the key, or its text if that is all that can be read
     */
    public void failed(Object key, Throwable cause) {
        if (failures.size() < SweepReport.MAX_FAILURES || failures.containsKey(key)) {
            failures.put(key, cause);
        } else {
            unnamed++;
        }
    }

    /** How many keys have failed. */
    public int failures() {
        return failures.size() + unnamed;
    }

    /**
     * Runs a sweep that adds up here, and reports it.
     *
     * @throws SweepException if the store failed; it reports what was done before
     */
    public SweepReport report(Runnable sweep) {
        try {
            sweep.run();
        } catch (StoreException e) {
            throw new SweepException(e, report());
        }
        return report();
    }

    public SweepReport report() {
        List<Failure> named = new ArrayList<>(failures.size());
        failures.forEach((key, cause) -> named.add(new Failure(key, cause)));
        return new SweepReport(joined, expired, poisoned, parked, ended, failures(), named);
    }
}

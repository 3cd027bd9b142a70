package dev.joiner.engine;

import dev.joiner.Cause;
import dev.joiner.HandOver;
import dev.joiner.ProcessingException;
import dev.joiner.internal.SafeText;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.PartReader;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One hand-over of a claimed join: calls the join's handler, and {@code onPoisoned} after the last attempt, tells the listener,
 * and knows what came of it. For drivers of {@link Transition}; it writes nothing.
 *
 * <p>For the thread that claimed the join. Whatever a handler throws ends here.
 *
 * @param <K> the keys
 * @param <V> the values
 * @param <R> what {@code process} returns
 */
public abstract class Delivery<K, V, R> implements HandOver<K> {

    /** How a hand-over ended. */
    public enum End {
        /** The join's own handler took it. */
        RETURNED,
        /** {@code onPoisoned} took it. */
        POISONED,
        /** The handler threw, or {@code onPoisoned} did. */
        THREW,
        /** The first handler that was called threw as its thread was interrupted from outside; the attempt does not count. */
        INTERRUPTED
    }

    /** What all deliveries of one joiner have in common. */
    public record Shared<K, V, R>(
            SpecFunctions<?, K, V, R> functions, Transition<?, K, V> transition, SafeListener listener) {}

    private final K key;
    private Flight<V> flight;

    private @Nullable String lastError;
    private @Nullable R result;
    private @Nullable Throwable error;

    /** Whether all handlers have returned. Seen by whoever holds on to what they were given. */
    private volatile boolean hasEnded;

    protected Delivery(K key, Flight<V> flight) {
        this.key = key;
        this.flight = flight;
        lastError = flight.lastError();
    }

    /** What this delivery has in common with others. */
    protected abstract Shared<K, V, R> shared();

    /** The claim was renewed: its lease ends later. */
    protected final void renewed(Flight<V> renewed) {
        flight = renewed;
    }

    /** Reads what the join has collected, if that is kept apart from its state. */
    protected PartReader partReader() {
        return PartReader.NONE;
    }

    /** Calls the handlers. */
    protected final End run() {
        if (!shared().functions().collects()) {
            return run(Sight.OF_STATE);
        }
        try {
            return run(new Sight(partReader(), () -> hasEnded));
        } finally {
            hasEnded = true;
        }
    }

    private End run(Sight sight) {
        Transition<?, K, V> transition = shared().transition();
        if (!transition.isPoisoned(flight)) {
            Throwable thrown = handOver(sight);
            if (thrown == null) {
                return End.RETURNED;
            }
            error = thrown;
            lastError = SafeText.of(thrown);
            if (isInterrupted(thrown)) {
                return interrupted();
            }
            if (!isGivenUp() || transition.parksPoisoned()) {
                return threw(thrown);
            }
        }
        return poison(sight);
    }

    /** Whether no attempt is left now that this one has failed. */
    private boolean isGivenUp() {
        return isCounted() && shared().transition().isLastAttempt(flight);
    }

    /** Whether the attempt counts if the handler throws. If not, it is not the last one either. */
    protected boolean isCounted() {
        return true;
    }

    /** Calls the join's own handler. What it threw. */
    private @Nullable Throwable handOver(Sight sight) {
        SafeListener listener = shared().listener();
        Instant began = listener.began();
        try {
            result = shared().functions().handOver(flight.join(), this, sight);
        } catch (Throwable e) { // whatever it is, the join has to be written off as failed
            listener.failed(this, began, e, isGivenUp());
            return e;
        }
        if (shared().functions().isProcessed(flight.cause())) {
            listener.joined(this, began);
        } else {
            listener.expired(this, began);
        }
        return null;
    }

    private End poison(Sight sight) {
        Instant began = shared().listener().began();
        Throwable first = error;
        try {
            shared().functions().poisoned(flight.join(), this, sight);
            shared().listener().poisoned(this, began);
            if (first != null) {
                restoreInterrupt(first);
            }
            return End.POISONED;
        } catch (Throwable e) { // as above
            shared().listener().failed(this, began, e, true);
            if (first == null) {
                error = e;
                lastError = lastError == null ? SafeText.of(e) : lastError;
            } else if (first != e) { // two handlers may throw one object, and it cannot suppress itself
                first.addSuppressed(e);
            }
            if (!isInterrupted(e)) {
                return threw(e);
            }
            End end = interrupted();
            return first == null ? end : End.THREW; // the handler's own attempt was made, and counts
        }
    }

    private static End interrupted() {
        Thread.currentThread().interrupt();
        return End.INTERRUPTED;
    }

    private static End threw(Throwable thrown) {
        restoreInterrupt(thrown);
        return End.THREW;
    }

    private static void restoreInterrupt(Throwable thrown) {
        if (thrown instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Whether the thread was interrupted from outside: its flag is set, or it was when a method of the JDK threw. An
     * InterruptedException of other origin is a way to report a timeout, and may come at every attempt.
     */
    private boolean isInterrupted(Throwable thrown) {
        boolean isReported = false;
        try {
            Throwable cause = thrown;
            for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
                if (cause instanceof InterruptedException) {
                    isReported = true;
                    StackTraceElement[] trace = cause.getStackTrace();
                    if (trace.length > 0 && "java.base".equals(trace[0].getModuleName())) {
                        return true;
                    }
                }
                cause = cause.getCause();
            }
        } catch (Throwable e) {
            // An exception whose own methods throw: what was seen of it has to do.
        }
        return isReported ? isStopping() : Thread.currentThread().isInterrupted();
    }

    private static final int MAX_CAUSES = 20;

    /** Whether the joiner stops, so that a handler which reports an interrupt may have been interrupted for that. */
    protected boolean isStopping() {
        return false;
    }

    public final Flight<V> flight() {
        return flight;
    }

    /** What {@code process} returned; null if it did not, or if the handler was another one. */
    public final @Nullable R result() {
        return result;
    }

    /** What the hand-over threw, for the next attempt to be told; the latest that is known if it did not. */
    public final String errorText() {
        return lastError == null ? "" : lastError;
    }

    /**
     * The exception that tells of a hand-over that failed.
     *
     * @param end how it ended
     */
    public final ProcessingException failure(End end) {
        String problem = error == null
                ? "no attempt is left, the last one threw " + lastError
                : "the handler threw " + lastError;
        if (end == End.POISONED) {
            problem += "; onPoisoned took the join";
        }
        return new ProcessingException(join(), key, attempt(), problem, error);
    }

    @Override
    public final String join() {
        return shared().functions().name();
    }

    @Override
    public final K key() {
        return key;
    }

    @Override
    public final Cause cause() {
        return flight.cause();
    }

    @Override
    public final int attempt() {
        return shared().transition().attempt(flight);
    }

    @Override
    public final Optional<String> lastError() {
        return Optional.ofNullable(lastError);
    }

    @Override
    public final Instant firstAt() {
        return Instant.ofEpochMilli(flight.join().firstAt());
    }

    @Override
    public final int parts() {
        return flight.join().parts();
    }

    @Override
    public final List<String> missing() {
        return shared().functions().missing(flight.join().value(), flight.join().parts());
    }

    @Override
    public final long token() {
        return flight.token();
    }

    /** Without the value, which may be nobody's business. */
    @Override
    public final String toString() {
        return "HandOver[" + join() + ": key \"" + SafeText.of(key) + "\", " + cause() + ", attempt " + attempt() + "]";
    }
}

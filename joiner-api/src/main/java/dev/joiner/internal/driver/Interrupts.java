package dev.joiner.internal.driver;

import dev.joiner.StoreException;
import java.util.function.Supplier;

/** What an interrupt must not spoil. The flag stays set. */
final class Interrupts {
    private Interrupts() {}

    /** Keeps an interrupt that came before away from work. */
    static <T> T shielded(Supplier<T> work) {
        if (!Thread.interrupted()) {
            return work.get();
        }
        try {
            return work.get();
        } finally {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether a store failed, and an interrupt that came meanwhile may be why: then the work is to be tried again. */
    static boolean mayHaveCaused(RuntimeException e) {
        return e instanceof StoreException && Thread.currentThread().isInterrupted();
    }

    /** Does work again that an interrupt may have spoiled. */
    static <T> T retried(Supplier<T> work) {
        try {
            return work.get();
        } catch (StoreException e) {
            if (!mayHaveCaused(e)) {
                throw e;
            }
            return work.get();
        }
    }
}

package dev.joiner.spi;

/** Thrown where a store has fewer parts of a join than there must be: another node has ended the join meanwhile. */
public final class PartsGoneException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    PartsGoneException(int found, int size) {
        super("the join has ended, and what it collected is not in the store any more: " + found + " of " + size
                + " parts could be read");
    }
}

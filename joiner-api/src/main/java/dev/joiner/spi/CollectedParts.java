package dev.joiner.spi;

/**
 * What a join has collected: in its state, or kept apart from it by a store that {@linkplain JoinStore#collects can do so}.
 *
 * <p>Immutable. The parts are in the order of their arrival.
 */
public sealed interface CollectedParts permits PartList, StoredParts {
    /** How many parts there are. */
    int size();

    /** How many bytes the parts have in all. */
    long bytes();

    default boolean isEmpty() {
        return size() == 0;
    }
}

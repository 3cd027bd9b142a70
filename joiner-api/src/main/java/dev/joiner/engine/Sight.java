package dev.joiner.engine;

import dev.joiner.spi.PartReader;
import java.util.function.BooleanSupplier;

/**
 * How what a join has collected is read.
 *
 * @param parts reads what the store keeps apart
 * @param isOver whether the hand-over has ended, so that nothing of the join may be read any more
 */
public record Sight(PartReader parts, BooleanSupplier isOver) {

    /** Sees what is in the state of a join, at any time, and nothing that is kept apart from it. */
    public static final Sight OF_STATE = new Sight(PartReader.NONE, () -> false);
}

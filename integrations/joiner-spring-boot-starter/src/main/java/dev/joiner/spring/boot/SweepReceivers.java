package dev.joiner.spring.boot;

import dev.joiner.Sweeper;
import java.util.function.Consumer;

/** Gives those who want to hear of sweeps. */
@FunctionalInterface
interface SweepReceivers {

    /**
     * Returns the receiver of a join's sweeps.
     *
     * @param join its name
     */
    Consumer<? super Sweeper.Run> of(String join);
}

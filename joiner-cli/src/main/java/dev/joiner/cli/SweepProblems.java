package dev.joiner.cli;

import dev.joiner.ProcessingException;
import dev.joiner.SweepReport;
import java.util.function.Consumer;

/** Tells people what sweeps could not deal with. What comes back with every sweep is told once. Thread-safe. */
final class SweepProblems implements Consumer<SweepReport> {
    private final ToldOnce problems;

    SweepProblems(Messages messages) {
        problems = new ToldOnce(messages);
    }

    @Override
    public void accept(SweepReport report) {
        for (SweepReport.Failure failure : report.failures()) {
            // What a receiver threw is an output that failed, and ends the program with a message of its own.
            if (!(failure.cause() instanceof ProcessingException)) {
                problems.say("sweep: " + failure.cause().getMessage());
            }
        }
    }
}

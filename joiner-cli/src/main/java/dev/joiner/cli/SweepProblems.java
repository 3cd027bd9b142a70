package dev.joiner.cli;

import dev.joiner.ProcessingException;
import dev.joiner.SweepException;
import dev.joiner.SweepReport;
import java.io.IOException;
import java.util.function.Supplier;

/** Tells people of what could not be dealt with. What comes back with every sweep is told once. Thread-safe. */
final class SweepProblems {
    private final ToldOnce problems;

    SweepProblems(Messages messages) {
        problems = new ToldOnce(messages);
    }

    /** Tells of a sweep's problems, and also of those that it had before the store failed. */
    void of(Supplier<SweepReport> sweep) {
        try {
            accept(sweep.get());
        } catch (SweepException e) {
            accept(e.report());
            throw e;
        }
    }

    void accept(SweepReport report) {
        for (SweepReport.Failure failure : report.failures()) {
            if (failure.cause() instanceof ProcessingException processing) {
                tell(processing);
            } else {
                problems.say("sweep: " + failure.cause().getMessage());
            }
        }
    }

    /** Tells of a join that could not be printed, unless the output failed: that ends the program with a message of its own. */
    void tell(ProcessingException processing) {
        if (!(processing.getCause() instanceof IOException)) {
            problems.say("not printed: " + processing.getMessage());
        }
    }
}

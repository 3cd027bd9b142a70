package dev.joiner;

import dev.joiner.internal.SafeText;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The store failed in the middle of a sweep, or of a {@link KeyedJoiner#reexamine}.
 *
 * <p>What was done before stands: it is in the {@linkplain #report() report}. The next sweep goes on.
 */
public final class SweepException extends StoreException {
    private static final long serialVersionUID = 1L;

    /** Null if deserialized: its keys are the user's, and need not be serializable. */
    private final transient @Nullable SweepReport report;

    /**
     * Creates it.
     *
     * @param cause what the store threw
     * @param report what was done before
     */
    public SweepException(StoreException cause, SweepReport report) {
        super(message(cause, report), cause);
        this.report = report;
    }

    private static String message(StoreException cause, SweepReport report) {
        Objects.requireNonNull(report, "report");
        String problem = SafeText.messageOf(cause);
        int taken = report.joined() + report.expired() + report.poisoned();
        return taken + report.failed() == 0
                ? problem
                : problem + " (before that, " + taken + " hand-overs returned, and " + report.failed()
                        + " keys failed)";
    }

    /** Returns what was done before. An exception that was serialized has lost it, and says that nothing was. */
    public SweepReport report() {
        return report == null ? new SweepReport(0, 0, 0, 0, 0, 0, List.of()) : report;
    }
}

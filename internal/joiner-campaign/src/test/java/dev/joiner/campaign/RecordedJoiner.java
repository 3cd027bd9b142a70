package dev.joiner.campaign;

import dev.joiner.Joiner;
import dev.joiner.Outcome;
import dev.joiner.ProcessingException;
import dev.joiner.StoreException;
import dev.joiner.SweepException;
import dev.joiner.SweepReport;
import dev.joiner.campaign.Ledger.Kind;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** A joiner that writes down when its calls begin and end, and what they say of hand-overs. */
final class RecordedJoiner implements Joiner<Part, String> {
    private final Joiner<Part, String> joiner;
    private final Journal journal;
    private final Interrupter interrupter;

    RecordedJoiner(Joiner<Part, String> joiner, Journal journal, Interrupter interrupter) {
        this.joiner = joiner;
        this.journal = journal;
        this.interrupter = interrupter;
    }

    private <T> T call(Supplier<T> work) {
        journal.begin();
        interrupter.enter();
        try {
            return work.get();
        } finally {
            if (interrupter.leave()) {
                journal.note(Kind.FLAG_LOST);
            }
            journal.end();
        }
    }

    @Override
    public Outcome<String> accept(Part part) {
        return call(() -> {
            try {
                return noted(part, joiner.accept(part));
            } catch (ProcessingException e) {
                noteFailure(part.key(), e);
                throw e;
            }
        });
    }

    @Override
    public List<Outcome<String>> acceptAll(Collection<? extends Part> parts) {
        return call(() -> {
            List<Outcome<String>> outcomes = joiner.acceptAll(parts);
            int i = 0;
            for (Part part : parts) {
                noted(part, outcomes.get(i++));
            }
            return outcomes;
        });
    }

    private Outcome<String> noted(Part part, Outcome<String> outcome) {
        if (outcome instanceof Outcome.Joined<String> joined) {
            journal.note(joined.confirmed() ? Kind.CONFIRMED : Kind.UNCONFIRMED, part.key());
        } else if (outcome instanceof Outcome.Failed<String> failed
                && failed.cause() instanceof ProcessingException e) {
            noteFailure(part.key(), e);
        }
        return outcome;
    }

    @Override
    public SweepReport sweep(BooleanSupplier goesOn) {
        return call(() -> {
            try {
                return noted(joiner.sweep(goesOn));
            } catch (SweepException e) {
                noted(e.report());
                throw e; // the next one goes on
            } catch (RuntimeException | Error e) {
                e.printStackTrace();
                Runtime.getRuntime().halt(2); // the test is told by the end of this process
                throw e;
            }
        });
    }

    private SweepReport noted(SweepReport report) {
        report.failures().forEach(failure -> noteFailure(failure.key().toString(), failure.cause()));
        return report;
    }

    private void noteFailure(String key, Throwable failure) {
        if (failure instanceof StoreException || failure.getSuppressed().length > 0) {
            journal.note(Kind.UNCONFIRMED, key);
        }
    }

    @Override
    public boolean isClosed() {
        return joiner.isClosed();
    }

    @Override
    public void close(Duration within) {
        joiner.close(within);
    }
}

package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.JoinerException;
import dev.joiner.KeyCodec;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.PendingJoin;
import dev.joiner.SweepReport;
import dev.joiner.console.ConsoleJoin;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A store as the console shows it. Each change there is told on standard error.
 *
 * @param name of its namespace
 * @param dropped takes what is dropped; null if nothing can be
 */
record ConsoledStore(
        String name,
        KeyedJoiner<?, String, ObjectNode, ?> joiner,
        @Nullable JsonLines dropped,
        boolean canReexamine,
        Messages messages)
        implements ConsoleJoin<String, ObjectNode> {
    static final String DROPPED_TO = "--dropped-to";

    @Override
    public KeyCodec<String> keys() {
        return KeyCodec.string();
    }

    @Override
    public boolean writeValue(PendingJoin<String, ObjectNode> join, Writer out) throws IOException {
        Optional<MergedObject> object = MergedObject.of(join);
        if (object.isPresent()) {
            object.get().writeTo(out);
        }
        return object.isPresent();
    }

    @Override
    public List<PendingJoin<String, ObjectNode>> shown(PendingJoin<String, ObjectNode> join) {
        return ForeignValues.orItself(join);
    }

    @Override
    public List<? extends Outcome<?>> release(String key) {
        try {
            List<? extends Outcome<?>> outcomes = joiner.release(key);
            tell("release", key, outcomes.stream().map(ConsoledStore::text).collect(Collectors.joining(", ")));
            return outcomes;
        } catch (JoinerException | IllegalStateException e) {
            tell("release", key, String.valueOf(e.getMessage()));
            throw e;
        }
    }

    private static String text(Outcome<?> outcome) {
        String name = outcome.getClass().getSimpleName();
        return outcome instanceof Outcome.Failed<?> failed
                ? name + ": " + failed.cause().getMessage()
                : name;
    }

    @Override
    public SweepReport reexamine() {
        try {
            SweepReport report = joiner.reexamine();
            messages.say("reexamine: " + report.joined() + " joined, " + report.failed() + " failed");
            return report;
        } catch (JoinerException | IllegalStateException e) {
            messages.say("reexamine: " + e.getMessage());
            throw e;
        }
    }

    /** On standard output, what is dropped would be taken for what is released. */
    @Override
    public Optional<String> refusalToDrop() {
        return dropped == null
                ? Optional.of("To drop, start the console with " + DROPPED_TO + " FILE.")
                : Optional.empty();
    }

    @Override
    public List<PendingJoin<String, ObjectNode>> drop(String key) throws IOException {
        if (dropped == null) {
            throw new IllegalStateException(refusalToDrop().orElseThrow());
        }
        try {
            List<PendingJoin<String, ObjectNode>> joins = drop(key, dropped);
            tell("drop", key, joins.isEmpty() ? "" : "dropped " + joins.size());
            return joins;
        } catch (IOException | JoinerException | IllegalStateException e) {
            tell("drop", key, String.valueOf(e.getMessage()));
            throw e;
        }
    }

    private List<PendingJoin<String, ObjectNode>> drop(String key, JsonLines file) throws IOException {
        try {
            file.flush(); // nothing is taken out of the store for a file that has failed
        } catch (IOException e) {
            throw new IOException(DROPPED_TO + ": " + e.getMessage(), e);
        }
        List<PendingJoin<String, ObjectNode>> dropped = DropCommand.take(joiner, key);
        try {
            DropCommand.print(dropped, file);
        } catch (IOException e) { // the page has it, and is the only one
            messages.say(DROPPED_TO + ": " + e.getMessage() + "; what was under \"" + key
                    + "\" is in the page, to be saved there");
        }
        return dropped;
    }

    private void tell(String change, String key, String outcome) {
        messages.say(change + " \"" + key + "\": " + (outcome.isEmpty() ? "nothing was there" : outcome));
    }
}

package dev.joiner.examples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.Joiner;
import dev.joiner.JoinerException;
import dev.joiner.Outcome;
import dev.joiner.examples.cli.Input.Position;
import dev.joiner.spi.JoinStore;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Joins what is fed, batch by batch, until the feed ends, a stop is wanted or something fails for good.
 *
 * <p>The first failure ends the run: of the output, of the input or of the store.
 */
final class JoinRun {
    private static final Duration BETWEEN_PROGRESS = Duration.ofMillis(200);

    private final Environment environment;
    private final boolean quiet;
    private final Messages messages;
    private final Feed feed = new Feed();
    private final Tally tally = new Tally();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final Instant began;
    private Instant progressAt;
    private long lines;
    private long rejected;
    private long unconfirmed;
    /** What was being joined when something failed. */
    private @Nullable Batch failedIn;
    /** Where the last line stands that was joined. */
    private @Nullable Position last;

    /** @param quiet whether to show neither progress nor summary */
    JoinRun(Environment environment, boolean quiet) {
        this.environment = environment;
        this.quiet = quiet;
        messages = environment.messages();
        began = environment.clock().instant();
        progressAt = began;
    }

    Feed feed() {
        return feed;
    }

    Tally tally() {
        return tally;
    }

    /** The file that an option names, if it does. Its failure is the run's. */
    @Nullable
    JsonLines appendTo(String option, @Nullable File file) throws IOException {
        if (file == null) {
            return null;
        }
        try {
            return new JsonLines(new FileOutputStream(file, true), true, cause -> fail(named(option, cause)));
        } catch (IOException e) {
            throw named(option, e);
        }
    }

    private static IOException named(String option, IOException cause) {
        return new IOException(option + ": " + cause.getMessage(), cause);
    }

    /** Something failed that leaves no sense in going on. From any thread. */
    void fail(Throwable cause) {
        failure.compareAndSet(null, cause);
        feed.end();
    }

    /**
     * Joins until the end, and sweeps meanwhile and once more after it.
     *
     * @param claims what to wait for at the end; null for nothing
     */
    void join(
            Joiner<Line, ?> joiner,
            Duration sweepEvery,
            JsonLines output,
            Rejections rejections,
            @Nullable Claims claims)
            throws InterruptedException {
        environment.stop().listen(feed::end);
        Sweeps sweeps = new Sweeps(joiner, sweepEvery, messages, this::fail);
        try (sweeps) {
            for (Batch next = feed.take(); next != null && !hasFailed(); next = feed.take()) {
                Batch batch = next;
                attempt(() -> join(batch, joiner, rejections));
                attempt(output::flush);
                if (hasFailed()) {
                    failedIn = batch;
                }
                showProgress();
            }
            if (claims != null) {
                awaitEndOf(claims, sweepEvery);
            }
        }
        feed.failure().ifPresent(this::fail);
        if (environment.stop().isWanted()) {
            messages.say("stopped " + (last == null ? "before the first line" : "after " + last));
        }
        if (!hasFailed()) {
            attempt(sweeps::sweep);
            attempt(output::flush);
        }
    }

    /** The sweeps print what is left, once the leases are over. */
    private void awaitEndOf(Claims claims, Duration sweepEvery) throws InterruptedException {
        Instant began = environment.clock().instant();
        Duration left = claims.lease();
        for (boolean told = quiet; left.compareTo(Duration.ZERO) > 0; told = true) {
            if (hasFailed() || feed.failure().isPresent() || environment.stop().isWanted()) {
                return;
            }
            int[] count = {0};
            attempt(() -> count[0] = claims.countUpTo(began.plus(claims.lease())));
            if (count[0] == 0) {
                return;
            }
            if (!told) {
                messages.say("waiting for " + count[0] + " joins that another process is printing, or was when it died"
                        + " (--lease)");
            }
            environment.stop().await(left.compareTo(sweepEvery) < 0 ? left : sweepEvery);
            left = Duration.between(environment.clock().instant(), began.plus(claims.lease()));
        }
    }

    private interface Part {
        void run() throws IOException;
    }

    private void attempt(Part part) {
        try {
            part.run();
        } catch (IOException | JoinerException e) {
            fail(e);
        }
    }

    private void join(Batch batch, Joiner<Line, ?> joiner, Rejections rejections) throws IOException {
        List<? extends Outcome<?>> outcomes = joiner.acceptAll(batch.lines());
        lines += batch.size();
        last = batch.last();
        for (int i = 0; i < outcomes.size(); i++) {
            Outcome<?> outcome = outcomes.get(i);
            if (outcome instanceof Outcome.Joined<?> joined && !joined.confirmed()) {
                unconfirmed++;
            } else if (outcome instanceof Outcome.Failed<?> failed && !hasFailed()) {
                // What a receiver throws is an output that failed: that ends the run, and is not the line's fault.
                reject(refused(batch.lines().get(i), failed.cause()), rejections);
            }
        }
        for (Rejection rejection : batch.rejections()) {
            reject(rejection, rejections);
        }
    }

    private static Rejection refused(Line line, Exception cause) {
        return new Rejection(line.at(), String.valueOf(cause.getMessage()), Json.text(line.object()));
    }

    private void reject(Rejection rejection, Rejections rejections) throws IOException {
        rejected++;
        rejections.add(rejection);
    }

    private boolean hasFailed() {
        return failure.get() != null;
    }

    private void showProgress() {
        if (quiet || !messages.showsProgress()) {
            return;
        }
        Instant now = environment.clock().instant();
        if (Duration.between(progressAt, now).compareTo(BETWEEN_PROGRESS) >= 0) {
            progressAt = now;
            messages.progress(String.format(Locale.ROOT, "%,d lines, %,d joined", lines, tally.joined()));
        }
    }

    /** Ends a run on a store that ends with it; the exit status. */
    int endWith(JoinStore<String, ObjectNode> store, Unfinished unfinished) {
        messages.clearProgress();
        Leftovers leftovers = new Leftovers(unfinished);
        attempt(() -> leftovers.readAll(store));
        if (BrokenPipe.isCauseOf(failure.get())) {
            return ExitStatus.BROKEN_PIPE;
        }
        leftovers.tell(messages);
        return end(leftovers.count() + " waiting");
    }

    /** Ends a run on a store that stays; the exit status. */
    int endWith(JoinStore<String, ObjectNode> store) {
        messages.clearProgress();
        if (BrokenPipe.isCauseOf(failure.get())) {
            return ExitStatus.BROKEN_PIPE;
        }
        if (unconfirmed > 0) {
            messages.say(unconfirmed + " joins may come again: the store did not confirm that they are done");
        }
        String[] size = {"?"};
        attempt(() -> size[0] = String.valueOf(store.size()));
        return end(size[0] + " keys in the store");
    }

    private int end(String waiting) {
        int status = rejected == 0 ? ExitStatus.OK : ExitStatus.REJECTED;
        Throwable cause = failure.get();
        if (cause != null) {
            status = Failures.tell(cause, environment);
            if (failedIn != null) {
                messages.say("in doubt, as it failed there: " + failedIn);
            }
        }
        if (!quiet) {
            messages.say(String.format(
                    Locale.ROOT,
                    "%d lines in %.1f s: %d joined, %s, %d expired, %d late, %d duplicate, %d rejected",
                    lines,
                    Duration.between(began, environment.clock().instant()).toMillis() / 1000.0,
                    tally.joined(),
                    waiting,
                    tally.expired(),
                    tally.late(),
                    tally.duplicate(),
                    rejected));
        }
        return status;
    }
}

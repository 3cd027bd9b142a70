package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.ContentionException;
import dev.joiner.JoinerException;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.PendingJoin;
import dev.joiner.PendingJoin.Status;
import dev.joiner.ProcessingException;
import dev.joiner.StoreException;
import dev.joiner.Sweeper;
import dev.joiner.cli.Input.Position;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
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
    private static final int MOST_COUNTED = 10_000;
    private static final Duration BEFORE_TAKING_AGAIN = Duration.ofMillis(100);
    /** How long a line that is being written may take once the process has to end. */
    private static final Duration TO_GIVE_BACK = Duration.ofSeconds(1);

    private final Environment environment;
    private final Progress progress;
    private final boolean quiet;
    private final Messages messages;
    private final SweepProblems problems;
    private final Feed feed = new Feed();
    private final Tally tally = new Tally();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final Instant began;
    private Instant progressAt;
    private long lines;
    private @Nullable Ways ways;
    private long unconfirmed;
    /** Whether the joiner is closed under whoever goes on using it. */
    private volatile boolean isGivenBack;
    /** What was being joined when something failed. */
    private @Nullable Batch failedIn;
    /** Where the last line stands that was joined. */
    private @Nullable Position last;

    /**
     * Where lines and joins go, and what happens between lines.
     *
     * @param unseen what the lines are looked through for
     */
    record Ways(JsonLines output, Rejections rejections, Interludes interludes, UnseenFields unseen) {}

    /** @param quiet whether to show neither progress nor summary */
    JoinRun(Environment environment, Progress progress, boolean quiet) {
        this.environment = environment;
        this.progress = progress;
        this.quiet = quiet;
        messages = environment.messages();
        problems = new SweepProblems(messages);
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
        return file == null ? null : JsonLines.appendTo(option, file, this::fail);
    }

    /** Something failed that leaves no sense in going on. From any thread. */
    void fail(Throwable cause) {
        failure.compareAndSet(null, cause);
        feed.end();
    }

    /** Prints what waits and is whole, though no line comes for it any more. */
    void reexamine(KeyedJoiner<Line, ?, ?, ?> joiner) throws InterruptedException {
        attempt(() -> problems.of(joiner::reexamine));
    }

    /**
     * Joins until the end, and sweeps meanwhile and once more after it.
     *
     * @param lease how long to wait at the end for joins that other processes print; zero for a store without others
     */
    void join(KeyedJoiner<Line, String, ObjectNode, ?> joiner, Duration sweepEvery, Ways ways, Duration lease)
            throws InterruptedException {
        this.ways = ways;
        // Where the time goes by the lines nothing becomes due between them.
        Sweeper sweeper = ways.interludes().clock().isPresent() ? null : sweeper(joiner, sweepEvery, ways.output());
        environment.stop().listen(new StopSignal.Stoppable() {
            @Override
            public void finish() {
                feed.end();
            }

            @Override
            public void giveBack() {
                if (!lease.isZero()) {
                    isGivenBack = true;
                    fail(new IOException("the output blocks; what it has not taken goes back to the store"));
                    if (sweeper != null) {
                        sweeper.close(Duration.ZERO);
                    }
                    joiner.close(TO_GIVE_BACK);
                }
            }
        });
        try (sweeper) {
            for (Batch next = feed.take(); next != null && !hasFailed(); next = feed.take()) {
                Batch batch = next;
                attempt(() -> join(batch, joiner, ways));
                attempt(ways.output()::flush);
                if (hasFailed()) {
                    failedIn = batch;
                }
                showProgress();
            }
            if (!lease.isZero()) {
                awaitOthers(joiner, lease, sweepEvery);
            }
        }
        feed.failure().ifPresent(this::fail);
        if (isStopped()) {
            messages.say("stopped " + (last == null ? "before the first line" : "after " + last));
        }
        if (!hasFailed()) {
            attempt(() ->
                    problems.of(() -> joiner.sweep(() -> !environment.stop().isWanted())));
            attempt(ways.output()::flush);
        }
    }

    private Sweeper sweeper(KeyedJoiner<?, ?, ?, ?> joiner, Duration interval, JsonLines output) {
        return Sweeper.builder(joiner)
                .interval(interval)
                .onReport(report -> {
                    problems.accept(report);
                    // What a sweep has printed is to be seen, though no line may come for long. If it has printed
                    // nothing,
                    // an output that blocks is not to hold it up.
                    if (report.joined() + report.expired() > 0) {
                        flush(output);
                    }
                })
                .start();
    }

    private static void flush(JsonLines output) {
        try {
            output.flush();
        } catch (IOException e) {
            // The output tells the run of its failure itself.
        }
    }

    /** The sweeps print what is left, once the leases are over. */
    private void awaitOthers(KeyedJoiner<?, String, ObjectNode, ?> joiner, Duration lease, Duration sweepEvery)
            throws InterruptedException {
        Instant end = environment.clock().instant().plus(lease);
        if (mayNotWait()) {
            return;
        }
        attempt(() -> awaitEnd(Claims.upTo(end, joiner), end, sweepEvery));
    }

    private void awaitEnd(Claims claims, Instant end, Duration sweepEvery) throws InterruptedException {
        if (claims.count() > 0 && !quiet) {
            messages.say("waiting for " + claims.count()
                    + " joins that another process is printing, or was when it died (--lease)");
        }
        Duration left = Duration.between(environment.clock().instant(), end);
        while (!left.isNegative() && !left.isZero() && !mayNotWait() && !claims.areOver()) {
            environment.stop().await(left.compareTo(sweepEvery) < 0 ? left : sweepEvery);
            left = Duration.between(environment.clock().instant(), end);
        }
    }

    private boolean mayNotWait() {
        return hasFailed() || feed.failure().isPresent() || environment.stop().isWanted();
    }

    private interface Part {
        void run() throws IOException, InterruptedException;
    }

    private void attempt(Part part) throws InterruptedException {
        try {
            part.run();
        } catch (IOException | JoinerException e) {
            fail(e);
        } catch (IllegalStateException e) {
            if (!isGivenBack) {
                throw e;
            }
        }
    }

    private void join(Batch batch, KeyedJoiner<Line, String, ObjectNode, ?> joiner, Ways ways)
            throws IOException, InterruptedException {
        List<Input> together = new ArrayList<>();
        for (Input input : batch.inputs()) {
            if (input instanceof Line line) {
                ways.interludes().see(line);
                if (ways.interludes().isNeededBefore(line)) {
                    takeAll(together, joiner, ways.rejections());
                    together = new ArrayList<>();
                    ways.interludes().runBefore(line, joiner, problems);
                }
                ways.unseen().see(line.object());
            }
            together.add(input);
        }
        takeAll(together, joiner, ways.rejections());
        lines += batch.size();
        last = batch.last();
    }

    /** Takes the lines into their joins. Whatever a line is rejected for, rejections are told in the order of the input. */
    private void takeAll(List<Input> inputs, KeyedJoiner<Line, ?, ?, ?> joiner, Rejections rejections)
            throws IOException, InterruptedException {
        IdentityHashMap<Input, Rejection> refused = new IdentityHashMap<>(); // one file may be read twice
        List<Line> toTake = inputs.stream()
                .filter(Line.class::isInstance)
                .map(Line.class::cast)
                .toList();
        while (!toTake.isEmpty() && !hasFailed()) {
            toTake = take(toTake, joiner, refused);
            if (!toTake.isEmpty()) {
                environment.stop().await(BEFORE_TAKING_AGAIN);
            }
        }
        for (Input input : inputs) {
            Rejection rejection = input instanceof Rejection unusable ? unusable : refused.get(input);
            if (rejection != null) {
                rejections.add(rejection);
            }
        }
    }

    /**
     * Takes the lines into their joins. Returns those that have to be taken again, as too much goes on for their keys.
     *
     * @param refused receives the lines that no join takes
     */
    private List<Line> take(
            List<Line> toTake, KeyedJoiner<Line, ?, ?, ?> joiner, IdentityHashMap<Input, Rejection> refused) {
        List<? extends Outcome<?>> outcomes = joiner.acceptAll(toTake);
        List<Line> again = new ArrayList<>();
        for (int i = 0; i < outcomes.size(); i++) {
            Outcome<?> outcome = outcomes.get(i);
            if (outcome instanceof Outcome.Joined<?> joined && !joined.confirmed()) {
                unconfirmed++;
            } else if (outcome instanceof Outcome.Failed<?> failed && !failed.isSafe()) {
                Line line = toTake.get(i);
                boolean isContention = failed.cause() instanceof ContentionException;
                if (isContention && !environment.stop().isWanted()) {
                    again.add(line);
                } else if (isContention
                        || failed.cause() instanceof StoreException
                        || failed.cause() instanceof Error) {
                    fail(failed.cause());
                } else if (!hasFailed()) {
                    refused.put(line, rejection(line, failed.cause()));
                }
            } else if (outcome instanceof Outcome.Failed<?> failed
                    && failed.cause() instanceof ProcessingException processing) {
                problems.tell(processing);
            }
        }
        return again;
    }

    private static Rejection rejection(Line line, Throwable cause) {
        return new Rejection(line.at(), String.valueOf(cause.getMessage()), Json.text(line.object()), null);
    }

    /** Whether somebody ended the run before the input did. */
    private boolean isStopped() {
        return environment.stop().isWanted()
                && !feed.isComplete()
                && feed.failure().isEmpty();
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
            messages.progress(progress.text(lines, tally.joined(), Duration.between(began, now)));
        }
    }

    /**
     * Ends a run on a store that ends with it; the exit status.
     *
     * @param endsWithInput whether what is open is to be printed, if the input came to its end
     */
    int endWith(KeyedJoiner<?, String, ObjectNode, ?> joiner, Unfinished unfinished, boolean endsWithInput)
            throws InterruptedException {
        messages.clearProgress();
        if (endsWithInput && feed.isComplete() && !hasFailed()) {
            attempt(() -> releaseAll(joiner));
        }
        Leftovers leftovers = new Leftovers(unfinished);
        attempt(() -> leftovers.readAll(joiner));
        if (BrokenPipe.isCauseOf(failure.get())) {
            return ExitStatus.BROKEN_PIPE;
        }
        leftovers.tell(messages);
        tellUnseen(false);
        return end(leftovers.count() + " waiting", leftovers.areLost());
    }

    /** Prints all that is open, the oldest first. */
    private void releaseAll(KeyedJoiner<?, String, ObjectNode, ?> joiner) throws IOException {
        List<PendingJoin<String, ObjectNode>> open = new ArrayList<>();
        Pages.read(joiner, open::addAll);
        open.sort(Comparator.comparing(join -> join.firstAt().orElseThrow()));
        for (PendingJoin<String, ObjectNode> join : open) {
            if (hasFailed()) {
                return;
            }
            joiner.release(String.valueOf(join.key()));
        }
        if (ways != null) {
            ways.output().flush();
        }
    }

    /**
     * Ends a run on a store that stays; the exit status.
     *
     * @param where what the store is called
     */
    int endWith(KeyedJoiner<?, String, ObjectNode, ?> joiner, String where) throws InterruptedException {
        messages.clearProgress();
        if (BrokenPipe.isCauseOf(failure.get())) {
            return ExitStatus.BROKEN_PIPE;
        }
        if (unconfirmed > 0) {
            messages.say(unconfirmed + " joins may come again: the store did not confirm that they are done");
        }
        String[] waiting = {"? waiting in " + where};
        if (!quiet) {
            attempt(() -> waiting[0] = waitingIn(joiner, where));
        }
        tellUnseen(true);
        return end(waiting[0], false);
    }

    private void tellUnseen(boolean onlyMisspelt) {
        if (ways != null && !quiet && lines > 0 && !hasFailed()) {
            ways.unseen().tell(messages, onlyMisspelt, tally.joined() > 0);
        }
    }

    /** How many joins wait; of very many only that they do, as counting reads them. */
    private String waitingIn(KeyedJoiner<?, String, ObjectNode, ?> joiner, String where) throws IOException {
        long[] waiting = {0};
        long[] parked = {0};
        boolean areAll = Pages.read(joiner, page -> {
            waiting[0] += page.size();
            parked[0] +=
                    page.stream().filter(join -> join.status() == Status.PARKED).count();
            return waiting[0] < MOST_COUNTED;
        });
        if (parked[0] > 0) {
            messages.say(parked[0] + " of those that wait are parked: pending shows them, release prints them");
        }
        return waiting[0] + (areAll ? "" : " or more") + " waiting" + (waiting[0] == 0 ? "" : " in " + where);
    }

    private int end(String waiting, boolean areLost) {
        long rejected = ways == null ? 0 : ways.rejections().count();
        int status = status(areLost, rejected > 0);
        if (ways != null) {
            ways.rejections().end();
        }
        Throwable cause = failure.get();
        if (cause != null) {
            status = Failures.tell(cause, environment);
            if (failedIn != null) {
                messages.say("in doubt, as it failed there: " + failedIn);
            }
        }
        if (!quiet) {
            if (ways != null) {
                ways.interludes().tellDisorder(messages);
            }
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

    /** What a run comes to that has not failed: the gravest of what happened. */
    private int status(boolean areLost, boolean areRejected) {
        if (isStopped()) {
            return ExitStatus.STOPPED;
        }
        if (areLost) {
            return ExitStatus.LOST;
        }
        return areRejected ? ExitStatus.REJECTED : ExitStatus.OK;
    }
}

package dev.joiner.explorer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The explorer notices mistakes: each is planted in the source, the one file is compiled, and the explorer is run on the
 * library with it.
 */
class MutantTest {
    private static final List<Path> SOURCES = List.of(Path.of("src/main/java"), Path.of("src/test/java"));

    static Stream<Mutant> mutants() {
        return Stream.of(
                new Mutant(
                        "the store does not look at the expected version",
                        "explorer/World.java",
                        "return Objects.equals(held, expected);",
                        "return true;",
                        "ids, 3 parts"),
                new Mutant(
                        "a version is used again after the key was removed",
                        "explorer/Moves.java",
                        "taken.drawing(Replay.NUMBERS)",
                        "taken.drawing(taken.held() == null ? -taken.drawn() : Replay.NUMBERS)",
                        "ids, two rounds"),
                new Mutant(
                        "a write that says nothing is believed on a guess",
                        "internal/driver/KeyUpdater.java",
                        "if (isSame(next, state)) {\n            if (!isFresh) {",
                        "if (isSame(next, state)) {\n            if (false) {",
                        "stale guesses of a closed key"),
                new Mutant(
                        "a join forgets what was collected before its last message",
                        "engine/Transition.java",
                        "CollectedParts collected = open == null ? nothing(apart) : open.collected();",
                        "CollectedParts collected = nothing(apart);",
                        "collecting"),
                new Mutant(
                        "a message goes into a join that failed, and is not collected",
                        "engine/Transition.java",
                        "&& !collects;",
                        ";",
                        "collecting without ids"),
                new Mutant(
                        "what was collected is gone when it is to be examined again",
                        "engine/Transition.java",
                        "keepAfterJoin,\n                open.collected());",
                        "keepAfterJoin,\n                PartList.NONE);",
                        "collecting, released, dropped and reexamined"),
                new Mutant(
                        "ids are not looked for among those that are kept",
                        "spi/PartsChange.java",
                        "if (ended.isKept()) {",
                        "if (false) {",
                        "collecting, ids kept until a time, apart"),
                new Mutant(
                        "ids are looked for under the open number alone",
                        "spi/PartsChange.java",
                        "numbers.add(parts.number());",
                        "if (join == state.open()) {numbers.add(parts.number());}",
                        "collecting, ids kept, two rounds, apart"),
                new Mutant(
                        "two joins have one number",
                        "internal/driver/Context.java",
                        "new Apart(nonce(), present)",
                        "new Apart(7, present)",
                        "collecting, ids kept, two rounds, apart"),
                new Mutant(
                        "a stream of parts ends early",
                        "spi/PartReader.java",
                        "return next < size;",
                        "return next < size && (next == 0 || page.hasNext());",
                        "collecting, poisoned and expired, apart"),
                new Mutant(
                        "parts go when a hand-over fails",
                        "engine/Transition.java",
                        "void fail(int index, Status status, int attempts, @Nullable String error, long dueIn) {",
                        "void fail(int index, Status status, int attempts, @Nullable String error, long dueIn) {"
                                + "endParts(inFlight.get(index).join(), null);",
                        "collecting, apart"),
                new Mutant(
                        "a repeated write is taken for another's",
                        "internal/driver/KeyUpdater.java",
                        "return exchange.won() || (written != null && written.equals(exchange.witness()));",
                        "return exchange.won();",
                        "2 parts"),
                new Mutant(
                        "a lone claim whose answer is lost is not looked for",
                        "internal/driver/KeyUpdater.java",
                        "if (loneClaim == Flight.UNCLAIMED) {",
                        "if (true) {",
                        "answers of claims are lost"),
                new Mutant(
                        "a claim is written off without a look at its id",
                        "engine/Transition.java",
                        "if (inFlight.get(i).claim() == claim) {",
                        "if (inFlight.get(i).claim() != 0) {",
                        "clocks skewed beyond the lease"),
                new Mutant(
                        "a complete join is put in flight without a claim",
                        "engine/Transition.java",
                        "join, cause, status, false, claim, token,",
                        "join, cause, status, false, 0, token,",
                        "2 parts"),
                new Mutant(
                        "a claim has no end",
                        "engine/Transition.java",
                        "alone ? 1 : 0, null, plus(now, lease));",
                        "alone ? 1 : 0, null, JoinState.NEVER);",
                        "2 parts"),
                new Mutant(
                        "neighbours of a claim count an attempt",
                        "engine/Transition.java",
                        "alone ? 1 : 0, null, plus(now, lease));",
                        "1, null, plus(now, lease));",
                        "batches"),
                new Mutant(
                        "a suspect counts no attempt",
                        "engine/Transition.java",
                        "alone && attempts < Integer.MAX_VALUE ? attempts + 1 : attempts,",
                        "attempts,",
                        "one that kills, twice allowed"),
                new Mutant(
                        "a suspect is claimed together with others",
                        "engine/Transition.java",
                        "if (alone ? !claimed.isEmpty() : isSuspect(flight)) {",
                        "if (alone && !claimed.isEmpty()) {",
                        "one that kills among others"),
                new Mutant(
                        "a suspect that fails is none any more",
                        "engine/Transition.java",
                        "leave(index, status, inFlight.get(index).suspect(), attempts",
                        "leave(index, status, false, attempts",
                        "suspects that are stopped"),
                new Mutant(
                        "a suspect is claimed before its neighbours are written off",
                        "internal/driver/Sweep.java",
                        "        claims.handOver(claimed);",
                        "        alone.forEach(this::sweepAlone);\n        claims.handOver(claimed);",
                        "release of suspects"),
                new Mutant(
                        "what is given back has used an attempt",
                        "engine/Transition.java",
                        "return flight.attempts() - (flight.status() == Status.CLAIMED_ALONE ? 1 : 0);",
                        "return flight.attempts();",
                        "stopped"),
                new Mutant(
                        "what is given back waits",
                        "engine/Transition.java",
                        "draft.inFlight.get(mine).lastError(),\n                        0));",
                        "draft.inFlight.get(mine).lastError(),\n                        1_000));",
                        "stopped in a batch"),
                new Mutant(
                        "an attempt that was interrupted counts",
                        "engine/Delivery.java",
                        "if (isInterrupted(thrown)) {",
                        "if (thrown == null) {",
                        "stopped"),
                new Mutant(
                        "handlers begin although the thread is interrupted",
                        "internal/driver/Context.java",
                        "return !calls.areClosing() && !Thread.currentThread().isInterrupted();",
                        "return !calls.areClosing();",
                        "stopped in a batch"),
                new Mutant(
                        "handlers begin although the joiner closes",
                        "internal/driver/Context.java",
                        "return !calls.areClosing() && !Thread.currentThread().isInterrupted();",
                        "return !Thread.currentThread().isInterrupted();",
                        "stopped in a batch"),
                new Mutant(
                        "a join is claimed although the thread is interrupted",
                        "internal/driver/Context.java",
                        "return mayBegin() ? nonce()",
                        "return !calls.areClosing() ? nonce()",
                        "stopped"),
                new Mutant(
                        "an interrupt is lost",
                        "internal/driver/Interrupts.java",
                        "Thread.currentThread().interrupt();",
                        "",
                        "stopped"),
                new Mutant(
                        "the fencing token starts again",
                        "engine/Transition.java",
                        "return Math.max(last + 1, ",
                        "return Math.max(1, ",
                        "ids, two faults"),
                new Mutant(
                        "the ids of a message are lost",
                        "engine/Transition.java",
                        "id == null || collected instanceof StoredParts ? ids : ids.with(id),",
                        "ids,",
                        "ids, 2 parts, redelivery"),
                new Mutant(
                        "a known id is merged again",
                        "engine/Transition.java",
                        "if (isKnown(id, state, now, apart)) {",
                        "if (id.isEmpty()) {",
                        "ids, 2 parts, redelivery"),
                new Mutant(
                        "an id is known beyond its own end",
                        "engine/Transition.java",
                        "if (kept.until() > at && kept.ids().contains(id)) {",
                        "if (kept.ids().contains(id)) {",
                        "ids kept, memory over"),
                new Mutant(
                        "a join that was handed over is not remembered",
                        "engine/Transition.java",
                        "if (remembers()) {",
                        "if (remembers() && token < 0) {",
                        "ids kept"),
                new Mutant(
                        "ids are forgotten at once",
                        "engine/Transition.java",
                        "new KeptIds(join.ids(), plus(at, idsKeptFor))",
                        "new KeptIds(join.ids(), at)",
                        "ids kept"),
                new Mutant(
                        "what is due forgets what is in flight",
                        "spi/JoinState.java",
                        "due = Math.min(due, inFlight.get(i).dueAt());",
                        "due = Math.min(due, Math.max(due, inFlight.get(i).dueAt()));",
                        "2 parts"),
                new Mutant(
                        "release and drop take live claims",
                        "engine/Transition.java",
                        "return flight.isClaimed() && flight.dueAt() > at;",
                        "return false;",
                        "release and drop"),
                new Mutant(
                        "a release goes on counting attempts",
                        "engine/Transition.java",
                        "int attempts = anew ? 0 : before.attempts();",
                        "int attempts = before.attempts();",
                        "parked"),
                new Mutant(
                        "a sweep takes live claims",
                        "engine/Transition.java",
                        "if (flight.dueAt() > now) {\n                continue;",
                        "if (flight.dueAt() > now + lease) {\n                continue;",
                        "release and drop in time"),
                new Mutant(
                        "a message is merged into a failed join though attempts are limited",
                        "engine/Transition.java",
                        "!functions.hasIds() && !functions.hasRetry() && !keepAfterJoin",
                        "!functions.hasIds() && !keepAfterJoin",
                        "settled without ids"),
                new Mutant(
                        "a message is merged into a join that was given back",
                        "engine/Transition.java",
                        "mayBeTakenUp(flight) && flight.status() == Status.THREW ? i : -1",
                        "mayBeTakenUp(flight) ? i : -1",
                        "stopped without ids"),
                new Mutant(
                        "a parked join closes its key",
                        "engine/Transition.java",
                        "if (!flight.isParked()) {\n                return true;",
                        "if (flight.attempts() >= 0) {\n                return true;",
                        "parked and late"),
                new Mutant(
                        "a value that a message leaves unchanged is handed over again",
                        "engine/Transition.java",
                        "keepAfterJoin && isSame(value, pending)",
                        "keepAfterJoin && isSame(value, null)",
                        "keepAfterJoin, unchanged"),
                new Mutant(
                        "a join is reexamined and not asked whether it is whole",
                        "engine/Transition.java",
                        "open.joinedBefore() || !functions.isSufficient(open.value(), open.parts())",
                        "open.joinedBefore()",
                        "reexamined"),
                new Mutant(
                        "at most once, a batch removes two joins before it hands one over",
                        "internal/driver/Batch.java",
                        "if (atMostOnce && step.verdict() == Verdict.CLAIMED) {",
                        "if (step == null) {",
                        "atMostOnce, stopped in a batch"),
                new Mutant(
                        "a join is handed over before it is written",
                        "internal/driver/StoreJoiner.java",
                        "Exchange<V> exchange = updater.tried(",
                        "Exchange<V> exchange = step.verdict() == Step.Verdict.CLAIMED ? Exchange.written() : updater.tried(",
                        "2 parts"),
                new Mutant(
                        "a completed join is claimed by a second write",
                        "internal/driver/StoreJoiner.java",
                        "Versioned<V> written = Versioned.of(context.nonce(), next);",
                        "Versioned<V> written = Versioned.of(context.nonce(), step.verdict() != Step.Verdict.CLAIMED ? next"
                                + " : new JoinState<>(step.claimed().get(0).join(), java.util.List.of(), null, 0));",
                        "2 parts"),
                new Mutant(
                        "a hand-over that failed is written off as done",
                        "internal/driver/Claim.java",
                        "case THREW -> transition.threw(",
                        "case THREW -> true ? transition.returned(state, claim, context.now()) : transition.threw(",
                        "2 parts"),
                new Mutant(
                        "onPoisoned is not called",
                        "engine/Transition.java",
                        "return attempt(claimed) >= maxAttempts;",
                        "return attempt(claimed) > maxAttempts;",
                        "retry"),
                new Mutant(
                        "a handler and onPoisoned may not throw the same object",
                        "engine/Delivery.java",
                        "} else if (first != e) {",
                        "} else if (e != null) {",
                        "retry"),
                new Mutant(
                        "a lost claim is begun all the same",
                        "internal/driver/Claim.java",
                        "progress = Progress.LOST;",
                        "progress = Progress.WAITING;",
                        "batch that outlives its lease"));
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void isCaught(Mutant mutant, @TempDir Path classes) throws Exception {
        compile(mutant, classes);

        String broken = explore(mutant, classes);

        assertThat(broken).as("the way to where it shows").contains("\n  1. ");
        System.out.printf(
                "%s: %s%n",
                mutant, broken.substring(broken.lastIndexOf('\n') + 1).strip());
    }

    private static void compile(Mutant mutant, Path classes) throws IOException {
        Path file = SOURCES.stream()
                .map(sources -> sources.resolve("dev/joiner").resolve(mutant.file()))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow();
        String source = Files.readString(file);
        assertThat(source.split(Pattern.quote(mutant.code()), -1))
                .as("the code to replace occurs once in " + mutant.file())
                .hasSize(2);
        Path mutated = Files.createDirectories(classes.resolve("source")).resolve(file.getFileName());
        Files.writeString(mutated, source.replace(mutant.code(), mutant.replacement()));
        int failed = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-proc:none",
                        "-nowarn",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-d",
                        classes.toString(),
                        mutated.toString());
        assertThat(failed).as("the mutant compiles").isZero();
    }

    private static String explore(Mutant mutant, Path classes) throws Exception {
        try (OwnClasses mutated = OwnClasses.with(classes)) {
            return mutated.explore(mutant.setting(), false);
        }
    }
}

package dev.joiner.explorer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
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
                        "Exchanger.java",
                        "} else if (cursor.fresh) {\n                cursor.fresh = false;\n                return;",
                        "} else if (true) {\n                return;",
                        "stale guesses of a closed key"),
                new Mutant(
                        "a repeated write is taken for another's",
                        "Exchanger.java",
                        "exchange.won() || (cursor.next != null && Objects.equals(cursor.next, exchange.witness()))",
                        "exchange.won()",
                        "2 parts"),
                new Mutant(
                        "a claim is written off without a look at its id",
                        "spi/Transition.java",
                        "if (inFlight.get(i).claim() == claim) {",
                        "if (inFlight.get(i).claim() != 0) {",
                        "clocks skewed beyond the lease"),
                new Mutant(
                        "a complete join is put in flight without a claim",
                        "spi/Transition.java",
                        "new Flight<>(join, cause, claim, nextToken(), 1, null, plus(at, lease))",
                        "new Flight<>(join, cause, 0, nextToken(), 1, null, plus(at, lease))",
                        "2 parts"),
                new Mutant(
                        "an attempt counts when it failed",
                        "spi/Transition.java",
                        "before.attempt() + 1,",
                        "before.attempt() + (before.isClaimed() ? 0 : 1),",
                        "retry by sweeps"),
                new Mutant(
                        "the fencing token starts again",
                        "spi/Transition.java",
                        "token = Math.max(token + 1, ",
                        "token = Math.max(1, ",
                        "ids, two faults"),
                new Mutant(
                        "the ids of a message are lost",
                        "spi/Transition.java",
                        "id == null ? ids : with(ids, id),",
                        "ids,",
                        "ids, 2 parts, redelivery"),
                new Mutant(
                        "what is due forgets what is in flight",
                        "spi/JoinState.java",
                        "due = Math.min(due, flight.dueAt());",
                        "due = Math.min(due, Math.max(due, flight.dueAt()));",
                        "2 parts"),
                new Mutant(
                        "a claim has no end",
                        "spi/Transition.java",
                        "new Flight<>(join, cause, claim, nextToken(), 1, null, plus(at, lease))",
                        "new Flight<>(join, cause, claim, nextToken(), 1, null, JoinState.NEVER)",
                        "2 parts"),
                new Mutant(
                        "release and drop take live claims",
                        "spi/Transition.java",
                        "return flight.isClaimed() && flight.dueAt() > at;",
                        "return false;",
                        "release and drop"),
                new Mutant(
                        "a sweep takes live claims",
                        "spi/Transition.java",
                        "if (flight.dueAt() <= draft.at) {",
                        "if (true) {",
                        "release and drop in time"),
                new Mutant(
                        "any message is merged into a join that failed, ids or not",
                        "spi/Transition.java",
                        "} else if (!spec.keepAfterJoin()) {",
                        "}\n        if (!spec.keepAfterJoin()) {",
                        "ids, 2 parts"),
                new Mutant(
                        "a known id is merged again",
                        "spi/Transition.java",
                        "if (draft.knows(id)) {",
                        "if (id.isEmpty()) {",
                        "ids, 2 parts, redelivery"),
                new Mutant(
                        "a join that was handed over is not remembered",
                        "spi/Transition.java",
                        "remember(remove(index).join());",
                        "remove(index);",
                        "ids kept"),
                new Mutant(
                        "a join is handed over before it is written",
                        "StoreJoiner.java",
                        "exchanger.settle(cursor, arrival);\n        return cursor;",
                        "arrival.of(cursor.state());\n"
                                + "        if (arrival.get().verdict() != Verdict.CLAIMED) {"
                                + " exchanger.settle(cursor, arrival); }\n        return cursor;",
                        "2 parts"),
                new Mutant(
                        "a completed join is claimed by a second write",
                        "StoreJoiner.java",
                        "exchanger.settle(cursor, arrival);\n        return cursor;",
                        "exchanger.settle(cursor, state -> {\n"
                                + "            JoinState<V> next = arrival.of(state);\n"
                                + "            return next == null || arrival.get().verdict() != Verdict.CLAIMED ? next"
                                + " : new JoinState<>(arrival.get().claimed().get(0).join(), List.of(), null, 0);\n"
                                + "        });\n"
                                + "        return cursor;",
                        "2 parts"),
                new Mutant(
                        "a hand-over that failed is written off as done",
                        "HandOvers.java",
                        "case THREW ->",
                        "case THREW -> true ? transition.returned(written, id, now) :",
                        "2 parts"),
                new Mutant(
                        "onPoisoned comes an attempt late",
                        "spi/Transition.java",
                        "return flight.attempt() >= spec.maxAttempts();",
                        "return flight.attempt() > spec.maxAttempts();",
                        "retry"),
                new Mutant(
                        "a handler and onPoisoned may not throw the same object",
                        "HandOvers.java",
                        "} else if (delivery.error != e) {",
                        "} else if (true) {",
                        "retry"),
                new Mutant(
                        "a lost claim is begun all the same",
                        "Delivery.java",
                        "progress = Progress.LOST;",
                        "progress = Progress.WAITING;",
                        "batch that outlives its lease"));
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void isCaught(Mutant mutant, @TempDir Path classes) throws Exception {
        compile(mutant, classes);

        String broken = explore(mutant, classes);

        assertThat(broken).as("the way to where it shows").isNotEmpty();
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
        List<URL> urls = new ArrayList<>();
        urls.add(classes.toUri().toURL());
        for (Path compiled : List.of(Path.of("target/classes"), Path.of("target/test-classes"))) {
            urls.add(compiled.toUri().toURL());
        }
        ClassLoader others = new ClassLoader(MutantTest.class.getClassLoader()) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                if (name.startsWith("dev.joiner.")) {
                    throw new ClassNotFoundException(name);
                }
                return super.loadClass(name, resolve);
            }
        };
        try (URLClassLoader mutated = new URLClassLoader(urls.toArray(URL[]::new), others)) {
            @SuppressWarnings("unchecked")
            Callable<String> exploration = (Callable<String>) mutated.loadClass("dev.joiner.explorer.Exploration")
                    .getConstructor(String.class)
                    .newInstance(mutant.setting());
            return exploration.call();
        }
    }
}

package dev.joiner.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.joiner.cli.Cli.Ended;
import dev.joiner.cli.Cli.Running;
import dev.joiner.cli.KeptStores.Kept;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs of the command line on a store that outlives them. */
class LastingStoreTest {
    private static final String A = "{\"id\":1,\"a\":1}\n";
    private static final String B = "{\"id\":1,\"b\":2}\n";
    private static final String JOINED = "{\"id\":1,\"a\":1,\"b\":2}\n";

    private final String namespace = UUID.randomUUID().toString();
    private final Kept<?, ?> kept = KeptStores.of(namespace);
    private Instant now = Cli.START;

    @Test
    void halvesMayComeInDifferentRuns() {
        Ended first = join(A);
        Ended second = join(B);

        assertThat(first.out()).isEmpty();
        assertThat(first.errLines()).hasSize(1);
        assertThat(first.summary()).contains("1 waiting");
        assertThat(second.out()).isEqualTo(JOINED);
        assertThat(second.summary()).contains("0 waiting");
    }

    @Test
    void namespacesDoNotMeet() {
        join(A);

        assertThat(run(B, "join", "--key", "id", "--require", "a,b", "--store", "kept:")
                        .out())
                .isEmpty();
    }

    @Test
    void joinedLineIsOutBeforeItsJoinIsWrittenOff() {
        List<Integer> sizes = new ArrayList<>();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        kept.beforeExchange = () -> sizes.add(out.size());

        run((A + B).getBytes(UTF_8), out, joinArgs());

        assertThat(sizes).containsExactly(0, JOINED.length());
    }

    @Test
    void joinWhoseOutputFailedIsPrintedByTheNextRun() {
        Ended first = run((A + B).getBytes(UTF_8), failing(), joinArgs());
        now = now.plus(Duration.ofMinutes(1));
        Ended second = join("");

        assertThat(first.status()).isEqualTo(1);
        assertThat(second.out()).isEqualTo(JOINED);
        assertThat(second.summary()).contains("0 lines", "1 joined", "0 waiting");
    }

    @Test
    void joinThatTheStoreDoesNotConfirmIsTold() {
        int[] exchanges = {0};
        kept.beforeExchange = () -> kept.down = ++exchanges[0] > 1;

        Ended ended = join(A + B);

        assertThat(ended.out()).isEqualTo(JOINED);
        assertThat(ended.err()).contains("1 joins may come again");
    }

    /** As a process does that is killed when it has printed a join, and before that is written off. */
    private void printAndDie() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        kept.beforeExchange = () -> kept.down = out.size() > 0;
        run((A + B).getBytes(UTF_8), out, joinArgs());
        kept.beforeExchange = () -> {};
        kept.down = false;
    }

    @Test
    void endOfInputWaitsForTheLeaseOfAProcessThatDied() throws IOException {
        printAndDie();

        try (Running running = new Running(joinArgs("--sweep-every", "10ms"))) {
            running.endInput();
            running.awaitErr("joiner: waiting for 1 joins that another process is printing, or was when it died");
            assertThat(running.out()).isEmpty();
            running.clockShows(Cli.START.plus(Duration.ofMinutes(1)));

            assertThat(running.awaitEnd().out()).isEqualTo(JOINED);
            assertThat(running.err().lines()).hasSize(2).last().asString().contains("1 joined", "0 waiting");
        }
    }

    @Test
    void stopEndsTheWaitForALease() throws IOException {
        printAndDie();

        try (Running running = new Running(joinArgs())) {
            running.endInput();
            running.awaitErr("waiting for 1 joins");
            running.stop();

            assertThat(running.awaitEnd().status()).isZero();
            assertThat(running.out()).isEmpty();
            assertThat(running.err()).contains("1 waiting");
        }
    }

    @Test
    void leaseThatIsLongerThanTheOwnIsNotWaitedFor() {
        printAndDie();

        assertThat(join("", "--lease", "1s").errLines())
                .singleElement()
                .asString()
                .contains("1 waiting");
    }

    @Test
    void storeThatFailsEndsTheRunAndNamesTheLinesInDoubt() {
        kept.down = true;

        Ended ended = join(A + B);

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.errLines())
                .startsWith(
                        "joiner: the store is down", "joiner: in doubt, as it failed there: <stdin>:1 to <stdin>:2");
        assertThat(ended.err()).doesNotContain("\tat ");
    }

    @Test
    void pendingShowsWhatWaits() throws IOException {
        join(A + "{\"id\":\"zwei\",\"a\":null,\"c\":3}\n{\"id\":\"zwei\",\"c\":4}\n", "--expire-after", "2h");
        now = now.plus(Duration.ofMinutes(1));

        Ended ended = run("", "pending", "--json", "--store", "kept:", "--namespace", namespace, "--require", "a,b");

        assertThat(ended.status()).isZero();
        assertThat(ended.outLines())
                .containsExactlyInAnyOrder(
                        "{\"key\":\"1\",\"status\":\"WAITING\",\"parts\":1,\"firstAt\":\"2026-01-01T00:00:00Z\",\"ageSeconds\":60,"
                                + "\"dueAt\":\"2026-01-01T02:00:00Z\",\"missing\":[\"b\"]}",
                        "{\"key\":\"zwei\",\"status\":\"WAITING\",\"parts\":2,\"firstAt\":\"2026-01-01T00:00:00Z\",\"ageSeconds\":60,"
                                + "\"dueAt\":\"2026-01-01T02:00:00Z\",\"missing\":[\"a\",\"b\"]}");
    }

    @Test
    void pendingShowsValuesIfAsked() {
        join(A);

        Ended ended = run("", "pending", "--json", "--store=kept:", "--namespace", namespace, "--values");

        assertThat(ended.outLines())
                .containsExactly(
                        "{\"key\":\"1\",\"status\":\"WAITING\",\"parts\":1,\"firstAt\":\"2026-01-01T00:00:00Z\",\"ageSeconds\":0,"
                                + "\"value\":{\"id\":1,\"a\":1}}");
    }

    @Test
    void pendingShowsJoinsThatFailed() throws IOException {
        run((A + B).getBytes(UTF_8), failing(), joinArgs());

        Ended ended = run("", "pending", "--json", "--store", "kept:", "--namespace", namespace, "--require", "a,b");

        JsonNode flight = Json.MAPPER.readTree(ended.out());
        assertThat(flight.get("cause").textValue()).isEqualTo("COMPLETE");
        assertThat(flight.get("status").textValue()).isEqualTo("FAILED");
        assertThat(flight.get("attempts").intValue()).isEqualTo(1);
        assertThat(flight.get("parts").intValue()).isEqualTo(2);
        assertThat(flight.get("lastError").textValue()).contains("No space left on device");
        assertThat(flight.get("dueAt").textValue()).startsWith("2026-01-01T00:00:0");
        assertThat(flight.get("missing")).isEmpty();
    }

    @Test
    void joinThatCouldNotBePrintedIsParkedAndThenPrintedByReleaseAlone() throws IOException {
        Ended failed = run((A + B).getBytes(UTF_8), failing(), joinArgs("--park-after", "1"));
        now = now.plus(Duration.ofDays(1));
        Ended next = join("", "--park-after", "1");
        Ended pending = run("", "pending", "--json", "--store", "kept:", "--namespace", namespace);
        Ended released = run("", "release", "--store", "kept:", "--namespace", namespace, "1");

        assertThat(failed.status()).isEqualTo(1);
        assertThat(next.out()).isEmpty();
        assertThat(next.errLines()).first().asString().startsWith("joiner: 1 of those that wait are parked");
        JsonNode flight = Json.MAPPER.readTree(pending.out());
        assertThat(flight.get("status").textValue()).isEqualTo("PARKED");
        assertThat(flight.has("dueAt")).isFalse();
        assertThat(released.out()).isEqualTo(JOINED);
        assertThat(kept.size()).isZero();
    }

    @Test
    void pendingShowsWhatIsOlderTheOldestFirst() {
        for (String id : List.of("third", "second", "first")) {
            now = Cli.START.minus(Duration.ofMinutes(id.length())); // 5, 6 and 5 minutes
            join("{\"id\":\"" + id + "\"}\n{\"id\":\"" + id + "\",\"c\":1}\n");
        }
        now = Cli.START;
        join("{\"id\":\"new\"}\n");

        String[] older = {"pending", "--json", "--store", "kept:", "--namespace", namespace, "--older-than", "1m"};
        List<String> all = run("", older).outLines();
        List<String> one = run("", with(older, "--limit", "1")).outLines();

        assertThat(all).hasSize(3).first().asString().contains("\"second\"", "\"ageSeconds\":360");
        assertThat(one).isEqualTo(all.subList(0, 1));
    }

    @Test
    void joinsBeyondTenThousandAreNotCountedAtTheEnd() {
        StringBuilder input = new StringBuilder();
        for (int i = 0; i < 10_700; i++) {
            input.append("{\"id\":").append(i).append("}\n");
        }

        assertThat(join(input.toString()).summary())
                .contains(" 10000 or more waiting in kept (namespace " + namespace + "),");
    }

    @Test
    void pendingCounts() {
        join("{\"id\":2}\n");
        now = now.plus(Duration.ofMinutes(1));
        run((A + B).getBytes(UTF_8), failing(), joinArgs());

        assertThat(run("", "pending", "--json", "--store", "kept:", "--namespace", namespace, "--count")
                        .outLines())
                .containsExactly("{\"waiting\":1,\"claimed\":0,\"failed\":1,\"parked\":0,\"unreadable\":0,"
                        + "\"oldest\":\"2026-01-01T00:00:00Z\"}");
    }

    @ParameterizedTest
    @CsvSource({
        "--limit 0, '--limit is 0, must be at least 1'",
        "--count --older-than 1s, --count and --older-than contradict each other"
    })
    void pendingRefusesWhatMakesNoSense(String options, String problem) {
        Ended ended = run("", ("pending --store kept: " + options).split(" "));

        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.errLines()).startsWith("joiner: " + problem);
    }

    @Test
    void joinsThatAreWholeBySmallerRequirementsArePrintedIfAsked() {
        join(A + "{\"id\":2,\"b\":1}\n");
        String[] requireA = {"join", "--key", "id", "--require", "a", "--store", "kept:", "--namespace", namespace};

        assertThat(run("", requireA).out()).isEmpty();
        assertThat(run("", with(requireA, "--reexamine")).out()).isEqualTo(A);
        assertThat(join("").summary()).contains("1 waiting");
    }

    @Test
    void lineForAKeyOfWhichTooManyArePrintedIsTakenLater() throws IOException {
        for (int i = 0; i < 64; i++) {
            printAndDie();
        }

        try (Running running = new Running(joinArgs("--sweep-every", "10ms"))) {
            running.type(A + B);
            running.endInput();
            running.clockShows(Cli.START.plus(Duration.ofMinutes(1)));

            Ended ended = running.awaitEnd();
            assertThat(ended.status()).isZero();
            assertThat(ended.out()).isEqualTo(JOINED.repeat(65));
            assertThat(ended.summary()).contains("2 lines", "65 joined", "0 waiting", "0 rejected");
        }
    }

    @Test
    void stopGivesBackWhatABlockedOutputHasNotTaken() throws Exception {
        BlockedOutput slow = new BlockedOutput();
        try (Running running = new Running(slow, joinArgs())) {
            running.type(JOINED + JOINED.replace("\"id\":1", "\"id\":2"));
            slow.awaitBlocked();
            running.stop();
            running.insistOnStop();

            Ended pending = run("", "pending", "--json", "--store", "kept:", "--namespace", namespace);
            assertThat(pending.outLines())
                    .satisfiesExactlyInAnyOrder(
                            line -> assertThat(line).contains("\"key\":\"1\"", "\"CLAIMED\""),
                            line -> assertThat(line)
                                    .contains("\"key\":\"2\"", "\"FAILED\"", "\"attempts\":0")
                                    .contains("\"dueAt\":\"2026-01-01T00:00:00Z\""));

            slow.goOn();
            assertThat(running.awaitEnd().status()).isEqualTo(1);
            assertThat(running.out()).isEqualTo(JOINED);
            assertThat(running.err()).contains("the output blocks").doesNotContain("\tat ");
        }
        assertThat(join("").out()).isEqualTo(JOINED.replace("\"id\":1", "\"id\":2"));
    }

    @Test
    void pendingLeavesOutKeysThatAreOnlyRemembered() {
        join(A + B, "--remember", "1h");

        assertThat(run("", "pending", "--json", "--store", "kept:", "--namespace", namespace)
                        .out())
                .isEmpty();
    }

    @Test
    void pendingGoesThroughAllPages() {
        StringBuilder input = new StringBuilder();
        for (int i = 0; i < 1700; i++) {
            input.append("{\"id\":").append(i).append("}\n");
        }
        join(input.toString());

        String[] pending = {"pending", "--json", "--store", "kept:", "--namespace", namespace};
        assertThat(run("", pending).err()).isEqualTo("joiner: and 700 more (--limit)\n");
        assertThat(run("", with(pending, "--limit", "2000")).outLines())
                .hasSize(1700)
                .doesNotHaveDuplicates();
    }

    @Test
    void entryThatCannotBeReadIsNamedAndStopsNothing() {
        join(A + "{\"id\":2}\n");
        kept.unreadable = "1";

        Ended ended = run("", "pending", "--json", "--store", "kept:", "--namespace", namespace);

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.out()).contains("\"key\":\"2\"").hasLineCount(1);
        assertThat(ended.err()).isEqualTo("joiner: key \"1\": is not a state\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pending", "export"})
    void nothingIsNotSaidToWaitWhereAnEntryIsUnreadable(String command) {
        join(A);
        kept.unreadable = "1";

        Ended ended = run("", command, "--store", "kept:", "--namespace", namespace);

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.err()).isEqualTo("joiner: key \"1\": is not a state\n");
    }

    @Test
    void releasePrintsTheJoinAsItIs() {
        join(A);

        Ended released = run("", "release", "--store", "kept:", "--namespace", namespace, "1");

        assertThat(released.status()).isZero();
        assertThat(released.out()).isEqualTo(A);
        assertThat(released.err()).isEmpty();
        assertThat(kept.size()).isZero();
    }

    @Test
    void releasePrintsJoinsThatFailed() {
        run((A + B).getBytes(UTF_8), failing(), joinArgs());

        assertThat(run("", "release", "--store", "kept:", "--namespace", namespace, "1")
                        .out())
                .isEqualTo(JOINED);
    }

    @Test
    void releaseThatCannotPrintKeepsTheJoin() {
        join(A);

        Ended released = run(new byte[0], failing(), "release", "--store", "kept:", "--namespace", namespace, "1");

        assertThat(released.status()).isEqualTo(1);
        assertThat(released.err()).contains("No space left on device").doesNotContain("\tat ");
        assertThat(run("", "drop", "--store", "kept:", "--namespace", namespace, "1")
                        .out())
                .isEqualTo(A);
    }

    @Test
    void dropTakesTheJoinOutAndPrintsIt() {
        join(A + "{\"id\":2}\n");

        Ended dropped = run("", "drop", "--store", "kept:", "--namespace", namespace, "1", "2");

        assertThat(dropped.status()).isZero();
        assertThat(dropped.out()).isEqualTo(A + "{\"id\":2}\n");
        assertThat(kept.size()).isZero();
    }

    @Test
    void dropPrintsWhatCannotBeReadAsItWasStored() {
        join(A);
        kept.unreadable = "1";

        Ended dropped = run("", "drop", "--store", "kept:", "--namespace", namespace, "1");

        assertThat(dropped.status()).isZero();
        assertThat(dropped.outLines())
                .containsExactly("{\"key\":\"1\",\"lastError\":\"key \\\"1\\\": is not a state\",\"bytes\":\"AQID\"}");
        assertThat(kept.size()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"release", "drop"})
    void keyThatNothingWaitsUnderIsNamed(String command) {
        join(A);

        Ended ended = run("", command, "--store", "kept:", "--namespace", namespace, "none", "1");

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.out()).isEqualTo(A);
        assertThat(ended.err()).isEqualTo("joiner: nothing waits under none\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"release", "drop"})
    void keyTakesNoMoreLinesIfItIsToBeRemembered(String command) {
        join(A, "--remember", "1h");
        run("", command, "--store", "kept:", "--namespace", namespace, "--remember", "1h", "1");

        assertThat(join(B, "--remember", "1h").summary()).contains("1 late");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pending", "release x", "drop x"})
    void storeInMemoryHasNothingToShow(String command) {
        Map.of(
                        "memory:", "memory:",
                        "Caffeine:?maximumSize=1", "caffeine:",
                        "JDBC:h2:mem:x", "jdbc:h2:mem:")
                .forEach((url, kind) -> {
                    Ended ended = run("", (command + " --store " + url).split(" "));

                    assertThat(ended.status()).isEqualTo(2);
                    assertThat(ended.err())
                            .startsWith("joiner: --store: what is in " + kind + " ends with its process");
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"pending", "release x", "drop x"})
    void storeThatFailsIsTold(String command) {
        kept.down = true;

        Ended ended = run("", (command + " --store kept: --namespace " + namespace).split(" "));

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.err()).isEqualTo("joiner: the store is down\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"release", "drop"})
    void keyThatNoStoreCanHoldIsWrongUsage(String command) {
        Ended ended = run("", command, "--store", "kept:", "--namespace", namespace, "");

        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.err()).startsWith("joiner: KEY: it is empty");
    }

    @Test
    void pendingShowsPeopleATable() throws IOException {
        join(A + "{\"id\":\"\\u202e\\u0007x\"}\n");
        now = now.plus(Duration.ofMinutes(90));
        run((A.replace("1,\"a", "2,\"a") + B.replace("1,\"b", "2,\"b")).getBytes(UTF_8), failing(), joinArgs());

        Ended ended = run("", "pending", "--store", "kept:", "--namespace", namespace, "--require", "a,b");

        assertThat(ended.err()).isEmpty();
        assertThat(ended.outLines())
                .containsExactly(
                        "AGE      STATUS    LINES TRIED  KEY",
                        "1h30m    WAITING       1     0  1  missing b",
                        "1h30m    WAITING       1     0  \\u202e\\u0007x  missing a, b",
                        "0s       FAILED        2     1  2  java.io.IOException: No space left on device");
    }

    @Test
    void pendingShowsOnlyThoseThatMissAField() {
        join(A + "{\"id\":2,\"b\":1}\n{\"id\":3}\n");

        String[] pending = {"pending", "--json", "--store", "kept:", "--namespace", namespace};
        assertThat(run("", with(pending, "--missing", "a")).outLines())
                .extracting(line -> Json.MAPPER.readTree(line).get("key").textValue())
                .containsExactly("2", "3");
        assertThat(run("", with(pending, "--missing", "id")).err()).contains("nothing of that kind waits");
    }

    @Test
    void namespaceInWhichNothingWaitsIsNamed() {
        String nothing = " waits in the namespace \"" + namespace + "\" of this store\n";

        for (String command : List.of("pending", "export")) {
            assertThat(run("", command, "--store", "kept:", "--namespace", namespace)
                            .err())
                    .isEqualTo("joiner: nothing" + nothing);
        }
        assertThat(run("", "reexamine", "--store", "kept:", "--namespace", namespace, "--require", "a")
                        .err())
                .isEqualTo("joiner: nothing that is whole" + nothing);
    }

    @Test
    void reexaminePrintsWhatIsWholeBySmallerRequirements() {
        join(A + "{\"id\":2,\"b\":1}\n");

        Ended ended = run("", "reexamine", "--store", "kept:", "--namespace", namespace, "--require", "a");

        assertThat(ended.status()).isZero();
        assertThat(ended.out()).isEqualTo(A);
        assertThat(join("").summary()).contains("1 waiting");
    }

    @Test
    void joinsMoveToAnotherStore() {
        String other = UUID.randomUUID().toString();
        join(A + "{\"id\":\"zwei\",\"a\":{\"x\":[1.50,null]}}\n", "--expire-after", "2h");
        String exported =
                run("", "export", "--store", "kept:", "--namespace", namespace).out();
        now = now.plus(Duration.ofHours(1));

        Ended imported = run(exported, "import", "--store", "kept:", "--namespace", other);
        Ended again = run(exported + "bad\n", "import", "--store", "kept:", "--namespace", other);

        assertThat(imported.status()).as(imported.err()).isZero();
        assertThat(imported.err()).isEqualTo("joiner: 2 joins imported, 0 left out\n");
        assertThat(run("", "export", "--store", "kept:", "--namespace", other)
                        .out()
                        .lines())
                .containsExactlyInAnyOrderElementsOf(exported.lines().toList());
        assertThat(again.status()).isEqualTo(3);
        assertThat(again.err())
                .contains("<stdin>:1: something waits under ", "<stdin>:3: no JSON object")
                .endsWith("0 joins imported, 3 left out\n");
        now = now.plus(Duration.ofHours(1));
        assertThat(run("", "join", "--key=id", "--require=a,b", "--store=kept:", "--namespace", other)
                        .summary())
                .contains("2 expired");
    }

    @Test
    void storeMayStandInTheEnvironmentOrInAFile(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("store"), "kept:\n");
        Map<String, String> variables = Map.of("JOINER_STORE", "@" + file);
        String[] inEnvironment = {"join", "--key=id", "--require=a,b", "--namespace", namespace};

        assertThat(Cli.runWith(variables, A, inEnvironment).summary()).contains("1 waiting in kept");
        assertThat(Cli.runWith(variables, "", "pending", "--namespace", namespace)
                        .out())
                .contains("WAITING");
        assertThat(run(B, with(inEnvironment, "--store=@" + file)).out()).isEqualTo(JOINED);
        assertThat(Cli.runWith(Map.of("JOINER_STORE", "nowhere:"), A, with(inEnvironment, "--store=kept:"))
                        .status())
                .isZero();
    }

    @Test
    void storeThatIsNotNamedIsAskedFor() {
        assertThat(run("", "pending").err())
                .startsWith(
                        "joiner: no store: --store URL, or the environment variable JOINER_STORE, has to name one\n");
        assertThat(run("", "pending", "--store", "@/nowhere/file").err())
                .startsWith("joiner: --store: /nowhere/file cannot be read\n");
    }

    private String[] joinArgs(String... args) {
        String[] all = {"join", "--key", "id", "--require", "a,b", "--store", "kept:", "--namespace", namespace};
        return with(all, args);
    }

    private static String[] with(String[] args, String... more) {
        return Stream.concat(Arrays.stream(args), Arrays.stream(more)).toArray(String[]::new);
    }

    private Ended join(String input, String... args) {
        return run(input, joinArgs(args));
    }

    private Ended run(String input, String... args) {
        return run(input.getBytes(UTF_8), new ByteArrayOutputStream(), args);
    }

    private Ended run(byte[] input, OutputStream out, String... args) {
        return Cli.run(input, out, false, () -> now, args);
    }

    private static OutputStream failing() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("No space left on device");
            }
        };
    }
}

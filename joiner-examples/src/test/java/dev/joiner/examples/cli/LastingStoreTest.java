package dev.joiner.examples.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.joiner.examples.cli.Cli.Ended;
import dev.joiner.examples.cli.Cli.Running;
import dev.joiner.examples.cli.KeptStores.Kept;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
        assertThat(first.summary()).contains("1 keys in the store");
        assertThat(second.out()).isEqualTo(JOINED);
        assertThat(second.summary()).contains("0 keys in the store");
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
        assertThat(second.summary()).contains("0 lines", "1 joined", "0 keys in the store");
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
        int[] exchanges = {0};
        kept.beforeExchange = () -> kept.down = ++exchanges[0] > 1;
        join(A + B);
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
            assertThat(running.err().lines()).hasSize(2).last().asString().contains("1 joined", "0 keys in the store");
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
            assertThat(running.err()).contains("1 keys in the store");
        }
    }

    @Test
    void leaseThatIsLongerThanTheOwnIsNotWaitedFor() {
        printAndDie();

        assertThat(join("", "--lease", "1s").err()).doesNotContain("waiting").contains("1 keys in the store");
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

        Ended ended = run("", "pending", "--store", "kept:", "--namespace", namespace, "--require", "a,b");

        assertThat(ended.status()).isZero();
        assertThat(ended.outLines())
                .containsExactlyInAnyOrder(
                        "{\"key\":\"1\",\"parts\":1,\"firstAt\":\"2026-01-01T00:00:00Z\",\"ageSeconds\":60,"
                                + "\"missing\":[\"b\"],\"deadline\":\"2026-01-01T02:00:00Z\"}",
                        "{\"key\":\"zwei\",\"parts\":2,\"firstAt\":\"2026-01-01T00:00:00Z\",\"ageSeconds\":60,"
                                + "\"missing\":[\"a\",\"b\"],\"deadline\":\"2026-01-01T02:00:00Z\"}");
    }

    @Test
    void pendingShowsValuesIfAsked() {
        join(A);

        Ended ended = run("", "pending", "--store=kept:", "--namespace", namespace, "--values");

        assertThat(ended.outLines())
                .containsExactly("{\"key\":\"1\",\"parts\":1,\"firstAt\":\"2026-01-01T00:00:00Z\",\"ageSeconds\":0,"
                        + "\"value\":{\"id\":1,\"a\":1}}");
    }

    @Test
    void pendingShowsJoinsThatFailed() throws IOException {
        run((A + B).getBytes(UTF_8), failing(), joinArgs());

        Ended ended = run("", "pending", "--store", "kept:", "--namespace", namespace, "--require", "a,b");

        JsonNode flight = Json.MAPPER.readTree(ended.out()).at("/inFlight/0");
        assertThat(flight.get("cause").textValue()).isEqualTo("COMPLETE");
        assertThat(flight.get("state").textValue()).isEqualTo("FAILED");
        assertThat(flight.get("attempt").intValue()).isEqualTo(1);
        assertThat(flight.get("parts").intValue()).isEqualTo(2);
        assertThat(flight.get("lastError").textValue()).contains("No space left on device");
        assertThat(flight.get("nextAt").textValue()).startsWith("2026-01-01T00:00:0");
        assertThat(flight.get("missing")).isEmpty();
    }

    @Test
    void pendingLeavesOutKeysThatAreOnlyRemembered() {
        join(A + B, "--remember", "1h");

        assertThat(run("", "pending", "--store", "kept:", "--namespace", namespace)
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

        assertThat(run("", "pending", "--store", "kept:", "--namespace", namespace)
                        .outLines())
                .hasSize(1700)
                .doesNotHaveDuplicates();
    }

    @Test
    void entryThatCannotBeReadIsNamedAndStopsNothing() {
        join(A + "{\"id\":2}\n");
        kept.unreadable = "1";

        Ended ended = run("", "pending", "--store", "kept:", "--namespace", namespace);

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.out()).contains("\"key\":\"2\"").hasLineCount(1);
        assertThat(ended.err()).isEqualTo("joiner: key \"1\": is no state\n");
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
                        "Caffeine:?maximumSize=1&overflow=evict", "caffeine:",
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

    private String[] joinArgs(String... args) {
        List<String> all = new ArrayList<>(
                List.of("join", "--key", "id", "--require", "a,b", "--store", "kept:", "--namespace", namespace));
        all.addAll(Arrays.asList(args));
        return all.toArray(String[]::new);
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

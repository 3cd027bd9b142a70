package dev.joiner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.JoinStores;
import dev.joiner.Joiner;
import dev.joiner.KeyCodec;
import dev.joiner.cli.Cli.Ended;
import dev.joiner.test.servers.RedisServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command line on databases; what is the same on every store that lasts is in {@link LastingStoreTest}. */
class DatabaseStoreTest {
    private static final String A = "{\"id\":1,\"a\":1}\n";
    private static final String B = "{\"id\":1,\"b\":2}\n";

    @TempDir
    private Path folder;

    private String file() {
        return "jdbc:h2:" + folder.resolve("joins");
    }

    private static Ended join(String input, String store) {
        return Cli.run(input, "join", "--key", "id", "--require", "a,b", "--store", store);
    }

    @Test
    void halvesMayComeInDifferentRuns() {
        assertThat(join(A, file()).summary()).contains("1 waiting");
        assertThat(Cli.run("", "pending", "--json", "--store", file(), "--require", "a,b")
                        .out())
                .contains("\"key\":\"1\"", "\"missing\":[\"b\"]");

        Ended second = join(B, file());

        assertThat(second.out()).isEqualTo("{\"id\":1,\"a\":1,\"b\":2}\n");
        assertThat(second.summary()).contains("0 waiting");
    }

    @Test
    void halvesMayMeetInRedis() {
        String redis = "redis://127.0.0.1:" + RedisServer.shared().port();

        assertThat(join(A, redis).summary()).contains("1 waiting");
        assertThat(join(B, redis).out()).isEqualTo("{\"id\":1,\"a\":1,\"b\":2}\n");
        assertThat(Cli.run("", "pending", "--json", "--store", redis).out()).isEmpty();
    }

    @Test
    void databaseInMemoryTellsWhatEndsWithIt() {
        assertThat(join(A, "jdbc:h2:mem:").err()).contains("lost, as they still waited: 1");
    }

    @Test
    void fileThatIsNotThereIsNotMadeToLookInto() {
        Ended ended = Cli.run("", "pending", "--json", "--store", file());

        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.errLines())
                .containsExactly(
                        "joiner: --store: there is no such database; join begins one",
                        "joiner: see joiner pending --help");
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @CsvSource({
        "1, jdbc:postgresql://127.0.0.1:1/db?user=u&password=hush, Connection to 127.0.0.1:1 refused",
        "1, jdbc:mariadb://127.0.0.1:1/db?user=u&password=hush, 127.0.0.1",
        "1, redis://u:hush@127.0.0.1:1, 127.0.0.1",
        "1, jdbc:h2:joins;PASSWORD=hush, implicitly relative",
        "2, jdbc:oracle:thin:u/hush@127.0.0.1:1:db, 'not of \"oracle\"'",
        "2, postgres://u:hush@127.0.0.1:1/db, did you mean jdbc:postgresql://HOST/DB?",
        "2, reddis://u:hush@127.0.0.1:1/0, did you mean redis://HOST?",
        "2, postgresql://u:hush@127.0.0.1:1/db, did you mean jdbc:postgresql://HOST/DB?",
        "2, h2:./hush, did you mean jdbc:h2:./joins?",
        "2, memroy:, did you mean memory:?",
        "2, ./hush.db, did you mean jdbc:h2:./joins?"
    })
    void storeThatCannotBeOpenedIsOneLineWithoutThePassword(int status, String url, String problem) {
        Ended ended = join(A, url);

        assertThat(ended.status()).isEqualTo(status);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.errLines())
                .hasSize(status) // wrong usage leads to the help, too
                .first()
                .asString()
                .startsWith("joiner: ")
                .contains(problem);
        assertThat(ended.err()).doesNotContain("hush");
        assertThat(Path.of("joins.mv.db")).doesNotExist();
    }

    @Nested
    class ValuesOfAnotherCodec {
        private static final String PROBLEM = "joiner: key \"o-1\": cannot be read: ";

        @BeforeEach
        void storeANumber() {
            var spec = JoinSpec.joining(Long.class)
                    .keyedBy(number -> "o-1")
                    .mergedBy(Long.class, (number, sum) -> sum == null ? number : sum + number)
                    .sufficientWhen(sum -> false)
                    .build();
            var config = JoinStoreConfig.of("joiner", KeyCodec.string(), Codec.longs());
            InstantSource clock = () -> Cli.START.minus(Duration.ofHours(1));
            try (var joiner = Joiner.create(spec, JoinStores.open(file(), config), clock)) {
                joiner.acceptAll(List.of(1L, 2L));
            }
        }

        @Test
        void areListedWithAllElseThatIsKnown() {
            Ended ended = Cli.run("", "pending", "--store", file());

            assertThat(ended.status()).isZero();
            assertThat(ended.err()).isEmpty();
            assertThat(ended.outLines())
                    .last()
                    .isEqualTo("1h       WAITING       2     0  o-1  value: 8 bytes of another codec");
        }

        @Test
        void areToldToPrograms() throws IOException {
            Ended ended = Cli.run("", "pending", "--json", "--values", "--store", file());

            JsonNode join = Json.MAPPER.readTree(ended.out());
            assertThat(join.get("status").textValue()).isEqualTo("WAITING");
            assertThat(join.get("parts").intValue()).isEqualTo(2);
            assertThat(join.get("valueBytes").intValue()).isEqualTo(8);
            assertThat(join.has("value")).isFalse();
        }

        @Test
        void areCountedByWhatTheyWaitFor() {
            assertThat(Cli.run("", "pending", "--count", "--store", file()).out())
                    .startsWith("{\"waiting\":1,\"claimed\":0,\"failed\":0,\"parked\":0,\"unreadable\":0,");
        }

        @Test
        void keepNoOtherKeyFromBeingReleased() {
            join(A, file());

            Ended ended = Cli.run("", "release", "--store", file(), "o-1", "1");

            assertThat(ended.status()).isEqualTo(1);
            assertThat(ended.out()).isEqualTo(A);
            assertThat(ended.err()).startsWith(PROBLEM);
        }

        @Test
        void areUnreadableForThoseWhoAskForTheirFields() {
            Ended ended = Cli.run("", "pending", "--missing", "payment", "--store", file());

            assertThat(ended.status()).isEqualTo(1);
            assertThat(ended.out()).isEmpty();
            assertThat(ended.err()).startsWith(PROBLEM);
        }

        @Test
        void areNotReleasedAndTheReasonIsSaid() {
            Ended ended = Cli.run("", "release", "--store", file(), "o-1");

            assertThat(ended.status()).isEqualTo(1);
            assertThat(ended.out()).isEmpty();
            assertThat(ended.err()).startsWith(PROBLEM).endsWith("; was it written by another codec?\n");
            assertThat(Cli.run("", "pending", "--store", file()).out()).contains("o-1");
        }

        @Test
        void areDropped() {
            Ended ended = Cli.run("", "drop", "--store", file(), "o-1");

            assertThat(ended.status()).isZero();
            assertThat(ended.out()).startsWith("{\"key\":\"o-1\",").contains("\"bytes\":\"");
            assertThat(Cli.run("", "pending", "--store", file()).err()).contains("nothing waits");
        }
    }

    @Test
    void fileIsForOneProcessAtATime() throws Exception {
        join(A, file());
        try (ChildJvm running = ChildJvm.ofClasses("join", "--key", "id", "--require", "a", "--store", file())) {
            running.type("{\"id\":2,\"a\":1}\n");
            assertThat(running.readLine()).isNotNull();

            Ended ended = Cli.run("", "pending", "--json", "--store", file());

            assertThat(ended.status()).isEqualTo(1);
            assertThat(ended.err())
                    .isEqualTo("joiner: " + file()
                            + " cannot be opened: its file is in use, and is for one process at a time\n");
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no signals")
    void signalLetsRunningPipeWriteOffWhatItHasPrinted() throws Exception {
        try (ChildJvm running = ChildJvm.ofClasses("join", "--key", "id", "--require", "a,b", "--store", file())) {
            running.type(A + B + "{\"id\":2,\"a\":1}\n");
            assertThat(running.readLine()).isNotNull();

            running.terminate();

            assertThat(running.awaitStatus()).as(running.err()).isEqualTo(143);
            assertThat(running.err()).contains("3 lines", "1 joined", "1 waiting");
        }
        assertThat(Cli.run("", "pending", "--json", "--store", file()).out())
                .hasLineCount(1)
                .contains("\"key\":\"2\"");
    }
}

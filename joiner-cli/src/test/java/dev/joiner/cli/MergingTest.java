package dev.joiner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.cli.Cli.Ended;
import dev.joiner.cli.Cli.Running;
import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How lines find each other, what they come to, and when that is whole. */
class MergingTest {

    /** @param input with single quotes */
    private static Ended join(String input, String... args) {
        return Cli.run(input.replace('\'', '"'), args);
    }

    private static String lines(String... lines) {
        return String.join("\n", lines).replace('\'', '"') + "\n";
    }

    @Nested
    class Keys {
        @Test
        void mayBeOfSeveralFields() {
            Ended ended = join(
                    "{'t':'x','o':{'id':1},'a':1}\n{'t':'y','o':{'id':1},'a':2}\n{'t':'x','o':{'id':1},'b':3}\n",
                    "join",
                    "--key=t,o.id",
                    "--require=a,b");

            assertThat(ended.out()).isEqualTo(lines("{'t':'x','o':{'id':1},'a':1,'b':3}"));
            assertThat(ended.err()).contains("joiner:   y,1 (missing b)");
        }

        @Test
        void ofSeveralFieldsDifferWhereTheirValuesDo() {
            Ended ended = join(
                    "{'x':'a,b','y':'c','n':1}\n{'x':'a','y':'b,c','n':1}\n{'x':'a\\\\','y':'b,c','n':1}\n",
                    "join",
                    "--key=x,y",
                    "--count=2");

            assertThat(ended.out()).isEmpty();
            assertThat(ended.err()).contains("a\\,b,c ", "a,b\\,c ", "a\\\\,b\\,c ");
        }

        @Test
        void mayHaveAnEmptyValueInFront() {
            Ended ended = join("{'x':'','y':'c','n':1}\n", "join", "--key=x,y", "--count=2");

            assertThat(ended.err()).contains("joiner:   ,c ");
        }

        @Test
        void mayHaveAlternatives() {
            Ended ended = join(
                    "{'order':{'id':1},'a':1}\n{'orderId':'1','order':null,'b':2}\n{'orderId':1,'order':{'id':2},'a':3}\n",
                    "join",
                    "--key=order.id|orderId",
                    "--require=a,b");

            assertThat(ended.outLines()).hasSize(1);
            assertThat(ended.err()).contains("  2 (missing b)");
        }

        @Test
        void thatAreMissingAreNamedWithAllAlternatives() {
            assertThat(join("{'orderId':{}}\n", "join", "--key=order.id|orderId", "--count=2")
                            .err())
                    .startsWith("joiner: <stdin>:1: no key: order.id is missing, orderId is an object, not a value\n");
        }

        @Test
        void mayHaveABarInTheirName() {
            assertThat(join("{'a|b':1}\n", "join", "--key=a\\|b", "--count=1").out())
                    .isEqualTo(lines("{'a|b':1}"));
        }
    }

    @Nested
    class Fields {
        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                quoteCharacter = '`',
                value = {
                    "newest   | 1         | 2         | 3       | 3",
                    "first    | 1         | 2         | 3       | 1",
                    "first    | null      | 2         | 3       | 2",
                    "min      | 2         | 10        | 1.5     | 1.5",
                    "max      | 2         | 10        | 1.5     | 10",
                    "min      | '2026-02' | '2026-01' | null    | '2026-01'",
                    "max      | 'b'       | 'a'       | 'c'     | 'c'",
                    "sum      | 0.1       | 0.2       | '3'     | 3.3",
                    "sum      | 2147483647| 1         | null    | 2147483648",
                    "sum      | 9223372036854775807 | 1 | 1     | 9223372036854775809",
                    "count    | 'a'       | null      | 0       | 2",
                    "collect  | 1         | [2]       | 'x'     | [1,[2],'x']",
                    "distinct | 1         | 2         | [1,3,3] | [1,2,3]",
                    "concat   | 'a'       | 'b'       | 3       | `'a\\nb\\n3'`",
                    "concat   | [1]       | 2         | [3,4]   | [1,2,3,4]",
                    "concat   | 'a'       | [1]       | 'b'     | ['a',1,'b']"
                })
        void goTogetherAsIsAskedFor(String how, String one, String two, String three, String merged) {
            String input = "{'id':1,'f':" + one + "}\n{'id':1,'f':" + two + "}\n{'id':1,'f':" + three + "}\n";

            assertThat(join(input, "join", "--key=id", "--count=3", "--merge=f=" + how)
                            .out())
                    .isEqualTo(lines("{'id':1,'f':" + merged.replace("`", "") + "}"));
        }

        @Test
        void goTogetherInsideOfObjectsToo() {
            assertThat(join(
                                    "{'id':1,'o':{'n':1,'m':1}}\n{'id':1,'o':{'n':2,'m':2}}\n",
                                    "join",
                                    "--key=id",
                                    "--count=2",
                                    "--merge=o.n=sum",
                                    "--merge=id=first")
                            .out())
                    .isEqualTo(lines("{'id':1,'o':{'n':3,'m':2}}"));
        }

        @Test
        void withAValueThatCannotGoTogetherRejectTheLineAlone() {
            Ended ended = join(
                    "{'id':1,'n':1}\n{'id':1,'n':'x'}\n{'id':1,'n':2}\n",
                    "join",
                    "--key=id",
                    "--count=2",
                    "--merge=n=sum");

            assertThat(ended.status()).isEqualTo(3);
            assertThat(ended.out()).isEqualTo(lines("{'id':1,'n':3}"));
            assertThat(ended.errLines().get(0))
                    .isEqualTo("joiner: <stdin>:2: --merge n=sum: n is \"x\", must be a number");
        }

        @Test
        void rejectionsAreToldInTheOrderOfTheInput() {
            Ended ended = join(
                    "nonsense\n{'id':1,'n':'x'}\n{'n':1}\n{'id':2,'n':'x'}\n",
                    "join",
                    "--key=id",
                    "--count=2",
                    "--merge=n=sum");

            assertThat(ended.errLines().subList(0, 4))
                    .extracting(line -> line.replaceFirst("joiner: <stdin>:(\\d).*", "$1"))
                    .containsExactly("1", "2", "3", "4");
        }

        /** It would take a gigabyte, and the next line one more. */
        @ParameterizedTest
        @ValueSource(strings = {"1e2147483646", "1e-2000"})
        void ofNumbersThatLieTooFarApartAreToldOfTheirLine(String far) {
            Ended ended = join(
                    "{'id':1,'n':1}\n{'id':1,'n':" + far + "}\n{'id':1,'n':2}\n",
                    "join",
                    "--key=id",
                    "--count=2",
                    "--merge=n=sum");

            assertThat(ended.errLines().get(0))
                    .isEqualTo("joiner: <stdin>:2: --merge n=sum: n makes a sum of more than 1000 digits");
            assertThat(ended.out()).isEqualTo(lines("{'id':1,'n':3}"));
        }

        @ParameterizedTest
        @ValueSource(strings = {"sum", "count", "collect", "distinct", "concat", "min"})
        void goTogetherInADatabase(String how) {
            String store = "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";
            String[] args = {"join", "--key=id", "--count=3", "--merge=f=" + how, "--merge=g.h=" + how, "--store", store
            };
            String line = "{'id':1,'f':1.5,'g':{'h':2}}\n";

            String inMemory = join(
                            line.repeat(3), "join", "--key=id", "--count=3", "--merge=f=" + how, "--merge=g.h=" + how)
                    .out();

            assertThat(inMemory).isNotEmpty();
            assertThat(join(line.repeat(3), args).out()).isEqualTo(inMemory);
        }
    }

    @Nested
    class Whole {
        @Test
        void isTheObjectWithSoManyLines() {
            Ended ended = join("{'id':1,'a':1}\n".repeat(5), "join", "--key=id", "--count=2");

            assertThat(ended.out()).isEqualTo(lines("{'id':1,'a':1}").repeat(2));
            assertThat(ended.err()).contains("1 (missing 1 line)");
        }

        @Test
        void isTheObjectWithItsLastLine() {
            Ended ended = join(
                    "{'id':1,'e':'begin'}\n{'id':2,'e':'end'}\n{'id':1,'e':'failed','x':1}\n{'id':3,'e':'begin'}\n",
                    "join",
                    "--key=id",
                    "--until=e=end",
                    "--until=e=failed");

            assertThat(ended.out()).isEqualTo(lines("{'id':2,'e':'end'}", "{'id':1,'e':'failed','x':1}"));
            assertThat(ended.err()).contains("3 (missing e=end or e=failed)");
        }

        @Test
        void isWhatAllThatIsAskedForAgreesOn() {
            Ended ended = join(
                    "{'id':1,'e':'end'}\n{'id':1,'e':'more'}\n{'id':1,'a':1}\n",
                    "join",
                    "--key=id",
                    "--until=e=end",
                    "--count=2",
                    "--require=a");

            assertThat(ended.out()).isEqualTo(lines("{'id':1,'e':'more','a':1}"));
        }

        @Test
        void isWhatStoresKnowInTheNextRun() {
            String store = "kept:";
            String namespace = UUID.randomUUID().toString();
            String[] args = {
                "join", "--key=id", "--count=2", "--until=e=end", "--store", store, "--namespace", namespace
            };

            Ended first = join("{'id':1,'e':'end'}\n", args);
            String pending = Cli.run("", "pending", "--json", "--values", "--store", store, "--namespace", namespace)
                    .out();
            Ended second = join("{'id':1}\n", args);

            assertThat(first.out()).isEmpty();
            assertThat(pending).contains("\"value\":{\"id\":1,\"e\":\"end\"}");
            assertThat(second.out()).isEqualTo(lines("{'id':1,'e':'end'}"));
        }

        @Test
        void keepsItsProgressToItself() {
            assertThat(join("{'id':1,'joiner:progress':{'lines':7}}\n", "join", "--key=id", "--count=8")
                            .errLines()
                            .get(0))
                    .isEqualTo("joiner: <stdin>:1: has a field joiner:progress, a name that is Joiner's own");
        }
    }

    @Nested
    class StartLine {
        @Test
        void endsWhatWasBefore() {
            Ended ended = join("""
                    {'id':1,'n':1}
                    {'id':1,'e':'start','n':2}
                    {'id':2,'e':'start','n':3}
                    {'id':1,'n':4}
                    {'id':1,'e':'start','n':5}
                    """, "join", "--key=id", "--starts-with=e=start", "--merge=n=collect");

            assertThat(ended.status()).isZero();
            assertThat(ended.outLines())
                    .startsWith("{\"id\":1,\"n\":[1]}", "{\"id\":1,\"e\":\"start\",\"n\":[2,4]}")
                    .contains("{\"id\":2,\"e\":\"start\",\"n\":[3]}", "{\"id\":1,\"e\":\"start\",\"n\":[5]}");
            assertThat(ended.summary()).contains("4 joined", "0 waiting");
        }
    }

    @Nested
    class Silence {
        @Test
        void endsAndPrintsAJoin() throws IOException {
            try (Running join = new Running("join", "--key=id", "--idle=30s", "--sweep-every=1ms")) {
                join.type("{\"id\":1,\"a\":1}\n{\"id\":1,\"b\":1}\n");
                join.type("bad\n");
                join.awaitErr("<stdin>:3");
                join.clockShows(Cli.START.plus(Duration.ofSeconds(30)));
                join.awaitOut(lines("{'id':1,'a':1,'b':1}"));
                join.type("{\"id\":2,\"a\":1}\n");
                join.endInput();

                Ended ended = join.awaitEnd();
                assertThat(ended.outLines()).hasSize(2);
                assertThat(ended.summary()).contains("2 joined, 0 waiting, 0 expired");
            }
        }

        @Test
        void inAStoreThatStaysLeavesWhatIsOpenToTheNextRun() {
            String[] args = {
                "join",
                "--key=id",
                "--idle=30s",
                "--store=kept:",
                "--namespace",
                UUID.randomUUID().toString()
            };

            Ended ended = join("{'id':1}\n", args);

            assertThat(ended.out()).isEmpty();
            assertThat(ended.summary()).contains("1 waiting");
        }

        @Test
        void isNotTheEndOfARunThatIsStopped() throws IOException {
            try (Running join = new Running("join", "--key=id", "--idle=30s")) {
                join.type("{\"id\":1}\nbad\n");
                join.awaitErr("<stdin>:2");
                join.stop();

                Ended ended = join.awaitEnd();
                assertThat(ended.status()).isEqualTo(143);
                assertThat(ended.out()).isEmpty();
                assertThat(ended.summary()).contains("1 waiting");
            }
        }
    }

    @Nested
    class Time {
        @ParameterizedTest
        @ValueSource(ints = {1, 2, 500})
        void goesByTheLines(int batch) {
            Ended ended = join(
                    """
                    {'id':1,'t':'2026-01-01T00:00:00Z','n':1}
                    {'id':2,'t':'2026-01-01T00:00:10Z','n':1}
                    {'id':1,'t':'2026-01-01T00:00:29.999Z','n':1}
                    {'id':2,'t':'2026-01-01T00:00:40Z','n':1}
                    {'id':1,'t':'2026-01-01T00:01:00Z','n':1}
                    """,
                    "join",
                    "--key=id",
                    "--idle=30s",
                    "--time=t",
                    "--merge=n=sum",
                    "--merge=t=first",
                    "--batch=" + batch);

            assertThat(ended.out())
                    .isEqualTo(lines(
                            "{'id':2,'t':'2026-01-01T00:00:10Z','n':1}",
                            "{'id':1,'t':'2026-01-01T00:00:00Z','n':2}",
                            "{'id':2,'t':'2026-01-01T00:00:40Z','n':1}",
                            "{'id':1,'t':'2026-01-01T00:01:00Z','n':1}"));
        }

        @Test
        void goesForWhatIsRememberedAndExpires() {
            Ended ended = join(
                    "{'id':1,'a':1,'t':0}\n{'id':1,'a':1,'t':59}\n{'id':1,'a':1,'t':60}\n{'id':2,'t':60}\n{'id':3,'t':70}\n",
                    "join",
                    "--key=id",
                    "--require=a",
                    "--remember=1m",
                    "--expire-after=10s",
                    "--time=t");

            assertThat(ended.summary()).contains("2 joined, 1 waiting, 1 expired, 1 late");
        }

        @Test
        void neverGoesBack() {
            Ended ended = join(
                    "{'id':1,'t':100}\n{'id':1,'t':50}\n{'id':1,'t':129}\n",
                    "join",
                    "--key=id",
                    "--idle=30s",
                    "--time=t");

            assertThat(ended.outLines()).hasSize(1);
        }

        @ParameterizedTest
        @ValueSource(strings = {"null", "'x'", "'2026-13-01T00:00:00Z'", "{}", "true", "99999999999999999999999"})
        void thatIsNoneRejectsTheLine(String time) {
            Ended ended = join("{'id':1,'t':" + time + "}\n", "join", "--key=id", "--idle=30s", "--time=t");

            assertThat(ended.status()).isEqualTo(3);
            assertThat(ended.errLines().get(0)).startsWith("joiner: <stdin>:1: no time: t is ");
        }
    }
}

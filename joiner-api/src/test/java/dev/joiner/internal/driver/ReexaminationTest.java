package dev.joiner.internal.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.joiner.CodecException;
import dev.joiner.JoinSpec;
import dev.joiner.KeyedJoiner;
import dev.joiner.ProcessingException;
import dev.joiner.StoreException;
import dev.joiner.SweepException;
import dev.joiner.SweepReport;
import dev.joiner.SweepReport.Failure;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Flight.Status;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The joins here were stored by a spec that asked for more than the two letters that are enough now. */
@Timeout(60)
class ReexaminationTest {
    private final Words words = new Words();
    private final KeyedJoiner<String, String, String, String> joiner = words.joiner(words.of(2));
    private final Error boom = new NoClassDefFoundError("boom");

    @AfterEach
    void noInterruptIsLeftOver() {
        assertThat(Thread.interrupted()).isFalse();
    }

    /** A spec whose sufficiency throws for one word. */
    private KeyedJoiner<String, String, String, String> throwingFor(
            String bad, UnaryOperator<JoinSpec.Builder<String, String, String, String, String>> options) {
        return words.joiner(options.apply(JoinSpec.joining(String.class)
                .keyedBy(message -> message)
                .<String>mergedBy((message, pending) -> message)
                .sufficientWhen(word -> {
                    if (word.equals(bad)) {
                        throw boom;
                    }
                    return word.length() >= 2;
                })
                .process(word -> {
                    words.log.add("process " + word);
                    return word;
                })));
    }

    @Test
    void handsOverWhatIsWholeNow() {
        words.put("k", States.open("ab"));
        words.put("l", States.open("a"));
        words.put("m", States.inFlight(States.parked("xy")));
        words.put("n", States.open("cd"));

        SweepReport report = joiner.reexamine();

        assertThat(report).isEqualTo(new SweepReport(2, 0, 0, 0, 0, 0, List.of()));
        assertThat(words.log)
                .as("together, on what the scan has read")
                .containsExactly("scan 256", "writeAll k n", "process k ab", "process n cd", "writeAll k n");
        assertThat(words.store.size()).isEqualTo(2);
    }

    @Test
    void goesThroughAllPages() {
        for (int i = 0; i < 600; i++) {
            words.put("k" + i, States.open(i % 2 == 0 ? "ab" : "a"));
        }

        assertThat(joiner.reexamine().joined()).isEqualTo(300);
        assertThat(words.log.stream().filter("scan 256"::equals)).hasSize(3);
    }

    @Test
    void looksAgainWhereSomebodyElseWasFaster() {
        words.put("k", States.open("ab"));
        words.store.beforeWrite(keys -> words.put("k", States.open("a")));

        assertThat(joiner.reexamine()).isEqualTo(new SweepReport(0, 0, 0, 0, 0, 0, List.of()));
        assertThat(words.handled()).isEmpty();
    }

    @Test
    void namesWhatCannotBeReadAndWhatThrows() {
        words.store.put("k", MapStore.unreadable(1, "k"));
        words.put("l", States.open("ab"));
        words.put("m", States.open("cd"));
        words.onProcess = (word, handOver) -> {
            if (word.equals("ab")) {
                throw new IllegalStateException("down");
            }
        };

        SweepReport report = joiner.reexamine();

        assertThat(report.joined()).isEqualTo(1);
        assertThat(report.failed()).isEqualTo(2);
        assertThat(report.failures()).extracting(Failure::key).containsExactly("k", "l");
        assertThat(report.failures().get(0).cause()).isInstanceOf(CodecException.class);
        assertThat(report.failures().get(1).cause()).isInstanceOf(ProcessingException.class);
    }

    @Test
    void namesTheTextOfAKeyThatCannotBeRead() {
        MapStore<String, String> store = words.store;
        store.put(null, MapStore.unreadable(1, "not a key"));

        assertThat(joiner.reexamine().failures()).extracting(Failure::key).containsExactly("not a key");
    }

    @Test
    void namesTheKeysForWhichTheSufficiencyThrows() {
        words.put("k", States.open("bad"));
        words.put("l", States.open("ab"));

        SweepReport report = throwingFor("bad", spec -> spec).reexamine();

        assertThat(report.joined()).isEqualTo(1);
        assertThat(report.failures()).containsExactly(new Failure("k", boom));
    }

    @Test
    void namesThemAtMostOnceToo() {
        words.put("k", States.open("bad"));
        words.put("l", States.open("ab"));

        SweepReport report = throwingFor("bad", JoinSpec.Builder::atMostOnce).reexamine();

        assertThat(report.joined()).isEqualTo(1);
        assertThat(report.failures()).containsExactly(new Failure("k", boom));
    }

    @Test
    void handsOverOneAfterTheOtherAtMostOnce() {
        words.put("k", States.open("ab"));
        words.put("l", States.open("a"));
        words.put("m", States.open("cd"));
        try (var atMostOnce = words.joiner(words.of(2).atMostOnce())) {
            assertThat(atMostOnce.reexamine().joined()).isEqualTo(2);
        }

        assertThat(words.log)
                .containsExactly("scan 256", "write k", "process k ab", "write m", "process m cd", "close");
    }

    @Test
    void endsAfterTheOneThatIsInterruptedAtMostOnce() {
        words.put("k", States.open("ab"));
        words.put("l", States.open("cd"));
        words.onProcess = (word, handOver) -> Thread.currentThread().interrupt();
        try (var atMostOnce = words.joiner(words.of(2).atMostOnce())) {
            assertThat(atMostOnce.reexamine().joined()).isEqualTo(1);
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(words.store.state("l").open().value()).isEqualTo("cd");
    }

    @Test
    void endsAfterThePageInWhichItIsInterrupted() {
        for (int i = 0; i < 300; i++) {
            words.put("k" + i, States.open("ab"));
        }
        words.onProcess = (word, handOver) -> Thread.currentThread().interrupt();

        assertThat(joiner.reexamine().joined()).isEqualTo(1);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(words.log.stream().filter("scan 256"::equals)).hasSize(1);
        assertThat(words.flight("k1").status()).isEqualTo(Status.GIVEN_BACK);
        assertThat(words.store.state("k299").inFlight()).isEmpty();
    }

    @Test
    void leavesAloneWhatWasHandedOverBefore() {
        JoinState.Join<String> kept = States.join("ab", JoinState.NEVER);
        words.put(
                "k",
                new JoinState<>(
                        new JoinState.Join<>("ab", 2, 1, kept.deadline(), kept.idleUntil(), kept.ids(), true),
                        List.of(),
                        null,
                        0));
        try (var keeping = words.joiner(words.expiring(2).keepAfterJoin())) {
            assertThat(keeping.reexamine().joined()).isZero();
        }
        assertThat(words.log).containsExactly("scan 256", "close");
    }

    @Test
    void failsIfTheStoreFails() {
        words.put("k", States.open("ab"));
        StoreException down = new StoreException("down");
        words.store.beforeWrite(keys -> {
            throw down;
        });

        assertThatThrownBy(joiner::reexamine).isInstanceOf(SweepException.class).hasCause(down);
        try (var atMostOnce = words.joiner(words.of(2).atMostOnce())) {
            assertThatThrownBy(atMostOnce::reexamine)
                    .isInstanceOf(SweepException.class)
                    .hasCause(down);
        }
    }

    @Test
    void tellsWhatItHasDoneWhenTheStoreFailsInTheMiddle() {
        for (int i = 0; i < 300; i++) {
            words.put("k" + i, States.open("ab"));
        }
        AtomicInteger writes = new AtomicInteger();
        words.store.beforeWrite(keys -> {
            if (writes.incrementAndGet() > 2) {
                throw new StoreException("down");
            }
        });

        assertThatExceptionOfType(SweepException.class)
                .isThrownBy(joiner::reexamine)
                .satisfies(brokenOff -> assertThat(brokenOff.report().joined()).isEqualTo(256));
    }
}

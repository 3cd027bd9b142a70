package dev.joiner.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.joiner.Codec;
import dev.joiner.CodecException;
import dev.joiner.HandOver;
import dev.joiner.JoinListener;
import dev.joiner.JoinSpec;
import dev.joiner.KeyCodec;
import dev.joiner.Outcome;
import dev.joiner.ProcessingException;
import dev.joiner.SweepReport;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever a function of the user's throws, an Error too, concerns its own message or join, and no other. */
abstract class FailsAloneScenarios extends Scenarios {

    FailsAloneScenarios(Stores stores) {
        super(stores);
    }

    /** The text of the message or value that leads to trouble. */
    private static final String BAD = "bad";

    /** What can be thrown. */
    enum Trouble {
        EXCEPTION,
        OUT_OF_MEMORY,
        NO_CLASS,
        STACK_OVERFLOW,
        UNPRINTABLE;

        Throwable thrown() {
            return switch (this) {
                case EXCEPTION -> new IllegalStateException(BAD);
                case OUT_OF_MEMORY -> new OutOfMemoryError("pretended");
                case NO_CLASS -> new NoClassDefFoundError("pretended");
                case STACK_OVERFLOW -> new StackOverflowError();
                case UNPRINTABLE -> new Unprintable();
            };
        }

        /** Throws it if this is the text. */
        <T> T unless(String text, T otherwise) {
            if (text.contains(BAD)) {
                Trouble.<RuntimeException>raise(thrown());
            }
            return otherwise;
        }

        @SuppressWarnings("unchecked") // what is thrown here is an Error or a RuntimeException
        private static <E extends Throwable> void raise(Throwable thrown) throws E {
            throw (E) thrown;
        }

        boolean isOf(Throwable caught) {
            return thrown().getClass().isInstance(caught);
        }
    }

    /** Whoever tries to log it, or to tell of it, has trouble of their own. */
    private static final class Unprintable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("from getMessage");
        }

        @Override
        public String toString() {
            throw new IllegalStateException("from toString");
        }
    }

    private JoinSpec.Builder<Message, String, String, String, String> spec(
            Trouble key, Trouble id, Trouble merge, Trouble test) {
        return JoinSpec.joining(Message.class)
                .keyedBy(message -> key == null ? message.key() : key.unless(message.text(), message.key()))
                .<String>mergedBy((message, pending) -> merge == null
                        ? message.mergeInto(pending)
                        : merge.unless(message.text(), message.mergeInto(pending)))
                .sufficientWhen(value ->
                        test == null ? Message.parts(value) == 2 : test.unless(value, Message.parts(value) == 2))
                .process(process)
                .identifiedBy(message -> id == null ? message.text() : id.unless(message.text(), message.text()));
    }

    /** The bad message fails in a batch and alone, its neighbours and its key do not notice. */
    private void assertOneMessageFails(
            Trouble trouble, JoinSpec.Builder<Message, String, String, String, String> spec) {
        Node node = node(spec);

        List<Outcome<String>> outcomes = node.acceptAll("k:a", "k:" + BAD, "l:x", "bad key:" + BAD, "k:b", "l:y");

        assertThat(List.of(outcomes.get(0), outcomes.get(2))).containsOnly(incomplete());
        assertThat(outcomes.subList(4, 6)).containsExactly(joined("a+b"), joined("x+y"));
        for (int i : new int[] {1, 3}) {
            assertThat(trouble.isOf(((Outcome.Failed<String>) outcomes.get(i)).cause()))
                    .isTrue();
            assertThat(outcomes.get(i).isSafe()).isFalse();
        }
        assertThat(node.isEmpty()).isTrue();

        node.accept("k:a");
        assertThat(trouble.isOf(catchThrowable(() -> node.accept("k:" + BAD)))).isTrue();
        assertThat(node.state("k")).isEqualTo("open a");
        assertThat(node.accept("k:b")).isEqualTo(joined("a+b"));
    }

    @ParameterizedTest
    @EnumSource
    void outOfTheKeyFunction(Trouble trouble) {
        assertOneMessageFails(trouble, spec(trouble, null, null, null));
    }

    @ParameterizedTest
    @EnumSource
    void outOfTheIdFunction(Trouble trouble) {
        assertOneMessageFails(trouble, spec(null, trouble, null, null));
    }

    @ParameterizedTest
    @EnumSource
    void outOfTheMerge(Trouble trouble) {
        assertOneMessageFails(trouble, spec(null, null, trouble, null));
    }

    @ParameterizedTest
    @EnumSource
    void outOfThePredicate(Trouble trouble) {
        assertOneMessageFails(trouble, spec(null, null, null, trouble));
    }

    @ParameterizedTest
    @EnumSource
    void outOfTheDeadline(Trouble trouble) {
        assertOneMessageFails(
                trouble,
                spec(null, null, null, null)
                        .expireAt(value -> trouble.unless(value, null))
                        .onExpired(expired));
    }

    @ParameterizedTest
    @EnumSource
    void outOfOnIncomplete(Trouble trouble) {
        Node node = node(spec(null, null, null, null).onIncomplete(value -> trouble.unless(value, null)));

        List<Outcome<String>> outcomes = node.acceptAll("k:a", "m:" + BAD, "l:x", "k:b");

        assertThat(trouble.isOf(((Outcome.Failed<String>) outcomes.get(1)).cause()))
                .isTrue();
        assertThat(outcomes.get(1).isSafe()).as("it is written").isTrue();
        assertThat(outcomes.get(3)).isEqualTo(joined("a+b"));
        assertThat(trouble.isOf(catchThrowable(() -> node.accept("n:" + BAD)))).isTrue();
        assertThat(node.state("m")).isEqualTo("open bad");
        assertThat(node.state("n")).isEqualTo("open bad");
        assertThat(node.state("l")).isEqualTo("open x");
    }

    @ParameterizedTest
    @EnumSource
    void outOfOnLate(Trouble trouble) {
        Node node = node(
                spec(null, null, null, null).rememberFor(HOUR).onLate(message -> trouble.unless(message.text(), null)));
        node.acceptAll("k:a", "k:b");

        List<Outcome<String>> outcomes = node.acceptAll("l:x", "k:" + BAD, "k:c", "l:y");

        assertThat(trouble.isOf(((Outcome.Failed<String>) outcomes.get(1)).cause()))
                .isTrue();
        assertThat(outcomes.get(1).isSafe()).isTrue();
        assertThat(outcomes.subList(2, 4)).containsExactly(late(), joined("x+y"));
    }

    @ParameterizedTest
    @EnumSource
    void outOfProcess(Trouble trouble) {
        Node node = node(spec(null, null, null, null));
        process.does((value, handOver) -> trouble.unless(value, null));

        List<Outcome<String>> outcomes = node.acceptAll("k:a", "k:b", "m:" + BAD, "m:x", "l:c", "l:d");

        assertThat(outcomes.get(1)).isEqualTo(joined("a+b"));
        assertThat(outcomes.get(3).isSafe()).isTrue();
        assertThat(outcomes.get(5)).isEqualTo(joined("c+d"));
        ProcessingException failure = (ProcessingException) ((Outcome.Failed<String>) outcomes.get(3)).cause();
        assertThat(trouble.isOf(failure.getCause())).isTrue();
        assertThat(failure.getMessage()).contains("\"m\"");
        assertThat(node.state("m")).isEqualTo("failed bad+x COMPLETE 1");
        clock.advance(MINUTE);
        assertThat(node.sweep()).isEqualTo("failed [m]");
        process.recovers();
        clock.advance(MINUTE);
        assertThat(node.sweep()).isEqualTo("joined 1");
        assertThat(process.calls().get(process.calls().size() - 1).lastError()).isPresent();
    }

    @ParameterizedTest
    @EnumSource
    void outOfOnExpiredAndOnPoisoned(Trouble trouble) {
        Node node = node(spec(null, null, null, null)
                .expireAfter(SECOND)
                .onExpired(expired)
                .retry(1)
                .onPoisoned(poisoned));
        expired.does((value, handOver) -> trouble.unless(value, null));
        poisoned.does((value, handOver) -> trouble.unless(value, null));
        node.acceptEach("1:a", "k:" + BAD, "2:b");
        clock.advance(SECOND);

        SweepReport report = node.joiner().sweep();

        assertThat(Node.text(report)).isEqualTo("expired 2, failed [k]");
        assertThat(report.failures().get(0).cause()).isInstanceOf(ProcessingException.class);
        assertThat(node.keys()).containsExactly("k");
        poisoned.recovers();
        clock.advance(MINUTE);
        assertThat(node.sweep()).isEqualTo("poisoned 1");
    }

    @ParameterizedTest
    @EnumSource
    void outOfAListener(Trouble trouble) {
        Node node = node(spec(null, null, null, null).listener(new JoinListener() {
            @Override
            public void merged(String join, Object key, int parts, Duration age) {
                trouble.unless(BAD, null);
            }

            @Override
            public void joined(HandOver<?> handOver, Duration age, Duration took) {
                trouble.unless(BAD, null);
            }
        }));

        assertThat(node.acceptAll("k:a", "k:b", "l:x")).containsExactly(incomplete(), joined("a+b"), incomplete());
        assertThat(node.acceptEach("m:a", "m:b")).containsExactly(incomplete(), joined("a+b"));
    }

    @ParameterizedTest
    @EnumSource
    void outOfACodecThatEncodes(Trouble trouble) {
        FaultyStore<String, String> store = new FaultyStore<>(store());
        Node node = node(spec(null, null, null, null).expireAfter(SECOND).onExpired(expired), store);
        node.acceptEach("k:a", "l:x", "m:c");
        store.refuseToEncode("k", trouble.thrown());

        assertThatThrownBy(() -> node.accept("k:b")).isInstanceOf(CodecException.class);
        List<Outcome<String>> outcomes = node.acceptAll("k:b", "l:y");
        assertFailed(outcomes.get(0)).isInstanceOf(CodecException.class);
        assertThat(outcomes.get(1)).isEqualTo(joined("x+y"));
        clock.advance(SECOND);
        assertThat(node.sweep()).isEqualTo("expired 1, failed [k]");
        assertThat(node.state("k")).isEqualTo("open a");
    }

    @ParameterizedTest
    @EnumSource
    void outOfACodecThatDecodes(Trouble trouble) {
        FaultyStore<String, String> store = new FaultyStore<>(store());
        Node node = node(spec(null, null, null, null).expireAfter(SECOND).onExpired(expired), store);
        node.acceptEach("k:a", "l:x", "m:c");
        store.corrupt("k", trouble.thrown());

        assertThatThrownBy(() -> node.accept("k:b")).isInstanceOf(CodecException.class);
        List<Outcome<String>> outcomes = node.acceptAll("k:b", "l:y");
        assertFailed(outcomes.get(0)).isInstanceOf(CodecException.class);
        assertThat(outcomes.get(1)).isEqualTo(joined("x+y"));
        clock.advance(SECOND);
        assertThat(node.sweep()).isEqualTo("expired 1, failed [k]");
    }

    /** It names itself in every message about its join. */
    @Test
    void outOfTheTextOfAKey() {
        record Key(String text) {
            @Override
            public String toString() {
                throw new IllegalStateException("from toString");
            }
        }
        var joiner = joiner(
                JoinSpec.joining(Message.class)
                        .keyedBy(message -> new Key(message.key()))
                        .<String>mergedBy((message, pending) -> message.mergeInto(pending))
                        .sufficientWhen(value -> Message.parts(value) == 2)
                        .process((value, handOver) -> {
                            process.receive(value, handOver);
                            return value;
                        }),
                open("", KeyCodec.of(Key::text, Key::new), Codec.string()));
        process.failsFor("c+d");

        List<Outcome<String>> outcomes = joiner.acceptAll(
                Stream.of("k:a", "l:c", "k:b", "l:d").map(Message::of).toList());

        assertThat(outcomes.get(2)).isEqualTo(joined("a+b"));
        assertFailed(outcomes.get(3)).isInstanceOf(ProcessingException.class);
        clock.advance(MINUTE);
        assertThat(joiner.sweep().failed()).isEqualTo(1);
        assertThat(joiner.drop(new Key("l"))).hasSize(1);
    }
}

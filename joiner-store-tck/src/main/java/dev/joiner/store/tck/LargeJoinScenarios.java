package dev.joiner.store.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.KeyCodec;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Joins of very many messages, and very many joins of one key at a time. */
abstract class LargeJoinScenarios extends Scenarios {

    LargeJoinScenarios(Stores stores) {
        super(stores);
    }

    @Test
    void aBatchOfAHundredThousandMessagesWithIdsIsOneJoin() {
        int parts = 100_000;
        AtomicInteger merges = new AtomicInteger();
        FaultyStore<String, Long> store = new FaultyStore<>(open("", KeyCodec.string(), Codec.longs()));
        Assumptions.assumeTrue(store.maxEntryBytes() > 40L * parts, "the limit is less than the ids take");
        store.guessRight();
        KeyedJoiner<Message, String, Long, Long> joiner = joiner(
                JoinSpec.joining(Message.class)
                        .keyedBy(Message::key)
                        .<Long>mergedBy((message, pending) -> {
                            merges.incrementAndGet();
                            return pending == null ? 1 : pending + 1;
                        })
                        .sufficientWhen(count -> count == parts)
                        .identifiedBy(Message::text),
                store);
        List<Message> messages = new ArrayList<>(IntStream.range(0, parts)
                .mapToObj(i -> new Message("k", "id" + i))
                .toList());
        messages.add(parts / 2, messages.get(0));

        List<Outcome<Long>> outcomes = joiner.acceptAll(messages);

        assertThat(outcomes.get(parts / 2)).isEqualTo(new Outcome.Duplicate<>());
        assertThat(outcomes.get(parts)).isEqualTo(new Outcome.Joined<>((long) parts, true));
        assertThat(outcomes.stream().filter(Outcome.Incomplete.class::isInstance))
                .hasSize(parts - 1);
        assertThat(store.roundTrips()).isEqualTo(2);
        assertThat(merges).hasValue(parts);
        assertThat(joiner.find("k")).isEmpty();
    }

    @Test
    void aBatchOfAHundredJoinsOfOneKeyIsTakenWhole() {
        Node node = node(whole(5));

        List<Outcome<String>> outcomes =
                node.acceptAll(IntStream.range(0, 500).mapToObj(i -> "k:" + i).toArray(String[]::new));

        assertThat(outcomes.stream().filter(Outcome.Joined.class::isInstance)).hasSize(100);
        assertThat(outcomes.stream().filter(incomplete()::equals)).hasSize(400);
        assertThat(process.values().get(0)).isEqualTo("0+1+2+3+4");
        assertThat(process.values().get(99)).isEqualTo("495+496+497+498+499");
        assertThat(process.calls()).hasSize(100).doesNotHaveDuplicates();
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void aBatchOfManyJoinsOfOneKeyIsTakenWholeThoughTheirHandlersFail() {
        Node node = node(whole(1).identifiedBy(Message::text).maxInFlight(10));
        process.fails();

        List<Outcome<String>> outcomes =
                node.acceptAll(IntStream.range(0, 10).mapToObj(i -> "k:" + i).toArray(String[]::new));

        assertThat(outcomes).allSatisfy(outcome -> assertThat(outcome.isSafe()).isTrue());
        assertThat(node.joiner().counts().failed()).isEqualTo(10);
        process.recovers();
        clock.advance(MINUTE);
        assertThat(node.sweep()).isEqualTo("joined 10");
    }
}

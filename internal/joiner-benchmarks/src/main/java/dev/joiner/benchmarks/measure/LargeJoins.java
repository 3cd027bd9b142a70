package dev.joiner.benchmarks.measure;

import dev.joiner.Codec;
import dev.joiner.Collected;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.store.memory.MapJoinStore;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** What a message costs in memory as its join, or the batch that it comes in, becomes large. */
public final class LargeJoins {
    private static final int WINDOW = 100;
    private static final int WARM_UP = 5;

    private final int rounds;

    public LargeJoins(int rounds) {
        this.rounds = rounds;
    }

    /** What becomes of the messages of a join. */
    public enum Kind {
        /** They are counted, and have ids. */
        COUNTED("counted, with ids"),
        COLLECTED("collected, with ids"),
        COLLECTED_WITHOUT_IDS("collected, without ids");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** A message of a thing. */
    private record Numbered(String key, String id) {}

    /** What a message costs around each of these parts of one join, which ascend. */
    public List<Cost> aroundParts(Kind kind, List<Integer> parts) {
        List<Numbered> messages = ofOneThing(parts.get(parts.size() - 1) + WINDOW);
        List<List<Cost>> costs =
                parts.stream().<List<Cost>>map(part -> new ArrayList<>()).toList();
        for (int round = -WARM_UP; round < rounds; round++) {
            try (Joiner<Numbered, Integer> joiner = endless(kind)) {
                int next = 0;
                for (int i = 0; i < parts.size(); i++) {
                    int from = parts.get(i) - WINDOW / 2;
                    messages.subList(next, from).forEach(joiner::accept);
                    List<Numbered> window = messages.subList(from, from + WINDOW);
                    next = from + WINDOW;
                    Cost cost = Cost.of(WINDOW, () -> window.forEach(joiner::accept));
                    if (round >= 0) {
                        costs.get(i).add(cost);
                    }
                }
            }
        }
        return costs.stream().map(Cost::median).toList();
    }

    /** What a message costs in a batch of this size, all of one join, with ids. */
    public Cost inBatchOfOneJoin(int size) {
        return inBatch(ofOneThing(size), Integer.MAX_VALUE);
    }

    /** What a message costs in a batch of this size, which completes joins of two parts. */
    public Cost inBatchOfTwoParts(int size) {
        return inBatch(
                IntStream.range(0, size)
                        .mapToObj(number -> new Numbered("thing-" + number / 2, Integer.toString(number)))
                        .toList(),
                2);
    }

    private Cost inBatch(List<Numbered> messages, int parts) {
        List<Cost> costs = new ArrayList<>();
        for (int round = -WARM_UP; round < rounds; round++) {
            try (Joiner<Numbered, Integer> joiner = joiner(parts)) {
                Cost cost = Cost.of(messages.size(), () -> joiner.acceptAll(messages));
                if (round >= 0) {
                    costs.add(cost);
                }
            }
        }
        return Cost.median(costs);
    }

    private static List<Numbered> ofOneThing(int count) {
        return IntStream.range(0, count)
                .mapToObj(number -> new Numbered("thing", Integer.toString(number)))
                .toList();
    }

    private static Joiner<Numbered, Integer> endless(Kind kind) {
        if (kind == Kind.COUNTED) {
            return joiner(Integer.MAX_VALUE);
        }
        var spec = JoinSpec.joining(Numbered.class)
                .keyedBy(Numbered::key)
                .<Integer>mergedBy((message, pending) -> 0)
                .collecting(Numbered::id, Codec.string())
                .sufficientWhen((value, parts) -> false)
                .process(Collected::size);
        return Joiner.create(
                (kind == Kind.COLLECTED ? spec.identifiedBy(Numbered::id) : spec).build(), MapJoinStore.create());
    }

    private static Joiner<Numbered, Integer> joiner(int parts) {
        return Joiner.create(
                JoinSpec.joining(Numbered.class)
                        .keyedBy(Numbered::key)
                        .<Integer>mergedBy((message, pending) -> pending == null ? 1 : pending + 1)
                        .sufficientWhen(count -> count == parts)
                        .identifiedBy(Numbered::id)
                        .build(),
                MapJoinStore.create());
    }
}

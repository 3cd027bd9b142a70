package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.Codec;
import dev.joiner.CodecException;
import dev.joiner.JoinSpec;
import dev.joiner.KeyedJoiner;
import dev.joiner.PendingJoin;
import dev.joiner.PendingJoin.Counts;
import dev.joiner.PendingJoin.Status;
import dev.joiner.engine.JoinCounter;
import dev.joiner.engine.PendingJoins;
import dev.joiner.engine.SpecFunctions;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.StateCodec;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Joins whose values are no JSON objects, as another codec wrote them: all else of them can be shown. */
final class ForeignValues {
    private static final StateCodec<byte[]> STATES = new StateCodec<>(Codec.bytes());
    private static final SpecFunctions<String, String, byte[], byte[]> NOTHING_MISSING =
            SpecFunctions.of(JoinSpec.joining(String.class)
                    .keyedBy(key -> key)
                    .mergedBy(byte[].class, (key, pending) -> new byte[0])
                    .sufficientWhen(value -> false)
                    .build());

    private ForeignValues() {}

    /**
     * The joins of an entry that cannot be read. They have no value, but the bytes of one.
     *
     * @return empty if it is not only values that cannot be read
     */
    static List<PendingJoin<String, ObjectNode>> in(PendingJoin<String, ObjectNode> unreadable) {
        String key = unreadable.key();
        if (key == null) {
            return List.of();
        }
        try {
            JoinState<byte[]> state = STATES.decode(key, unreadable.bytes().orElseThrow());
            return PendingJoins.of(NOTHING_MISSING, key, state).stream()
                    .filter(join -> join.status() != Status.REMEMBERED)
                    .map(ForeignValues::withoutValue)
                    .toList();
        } catch (CodecException e) {
            return List.of();
        }
    }

    /** The joins of an entry: it itself, unless it is only the values in it that cannot be read. */
    static List<PendingJoin<String, ObjectNode>> orItself(PendingJoin<String, ObjectNode> join) {
        List<PendingJoin<String, ObjectNode>> foreign = join.status() == Status.UNREADABLE ? in(join) : List.of();
        return foreign.isEmpty() ? List.of(join) : foreign;
    }

    /** Counts the joins of a store, those too whose values cannot be read. */
    static Counts count(KeyedJoiner<?, String, ObjectNode, ?> joiner) throws IOException {
        JoinCounter counter = new JoinCounter();
        Pages.read(joiner, page -> {
            page.forEach(join -> orItself(join).forEach(counter::add));
            return true;
        });
        return counter.counts();
    }

    /** How many parts the joins of an entry have collected that cannot be read; 0 if nothing at all of it can be. */
    static int partsIn(PendingJoin<String, ?> unreadable) {
        try {
            return STATES.decode(
                            String.valueOf(unreadable.key()), unreadable.bytes().orElseThrow())
                    .collectedParts();
        } catch (CodecException e) {
            return 0;
        }
    }

    private static PendingJoin<String, ObjectNode> withoutValue(PendingJoin<String, byte[]> join) {
        return new PendingJoin<>(
                join.key(),
                join.status(),
                Optional.empty(),
                List.of(),
                join.parts(),
                join.firstAt(),
                join.cause(),
                join.dueAt(),
                join.attempts(),
                join.lastError(),
                join.ids(),
                Optional.empty(),
                join.value(),
                Optional.empty());
    }
}

package dev.joiner.examples;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.Outcome;
import dev.joiner.store.memory.MapJoinStore;
import java.io.PrintStream;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Thing one and thing two, made by two services and merged back into one thing.
 *
 * <p>The example of Joiner's ancestor, the Python library faust_joins, here with a join store in the place of the
 * table.
 */
public final class SuessExample {
    private static final UUID CAT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final UUID HAT = UUID.fromString("00000000-0000-0000-0000-000000000002");

    // snippet:thing
    record Thing(UUID id, @Nullable String one, @Nullable String two) {
        static Thing merge(Thing message, @Nullable Thing pending) {
            return pending == null
                    ? message
                    : new Thing(
                            message.id,
                            message.one != null ? message.one : pending.one,
                            message.two != null ? message.two : pending.two);
        }

        boolean whole() {
            return one != null && two != null;
        }
    }
    // end:thing

    private SuessExample() {}

    /** Joins the halves of two things, and prints what happens to each message. */
    public static void main(String[] args) {
        List<Thing> messages = List.of(
                new Thing(CAT, "one of the cat", null),
                new Thing(HAT, null, "two of the hat"),
                new Thing(CAT, null, "two of the cat"),
                new Thing(HAT, "one of the hat", null));
        run(messages, System.out);
    }

    static void run(Iterable<Thing> consumer, PrintStream out) {
        // snippet:spec
        var spec = JoinSpec.joining(Thing.class)
                .keyedBy(Thing::id)
                .mergedBy(Thing::merge)
                .sufficientWhen(Thing::whole)
                .onIncomplete(thing -> out.println("waiting: " + thing))
                .process(thing -> "stored " + thing)
                .build();
        // end:spec

        // snippet:loop
        try (Joiner<Thing, String> joiner = Joiner.create(spec, MapJoinStore.create())) {
            for (Thing thing : consumer) {
                if (joiner.accept(thing) instanceof Outcome.Joined<String> joined) {
                    out.println("joined:  " + joined.result());
                }
            }
        }
        // end:loop
    }
}

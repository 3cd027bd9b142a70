package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.CodecException;
import dev.joiner.KeyedJoiner;
import dev.joiner.PendingJoin;
import dev.joiner.PendingJoin.Status;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Takes joins out of a store. */
@Command(
        name = "drop",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        versionProvider = Version.class,
        header = {"Takes waiting joins out of a store.", ""},
        description = {
            "Takes what waits under each key out of the store, and then prints what it was: joins that are not whole,"
                    + " failed or are parked, and, in base64, what cannot be read. A join that another process is printing"
                    + " is left alone.",
            ""
        },
        footer = {"", "Exit status: 0 if something waited under every key, 2 if the command line is wrong, 1 otherwise."
        })
final class DropCommand implements Callable<Integer> {
    private final Environment environment;

    @Mixin
    private HeldJoins joins = new HeldJoins();

    DropCommand(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws IOException {
        return joins.takeEach(
                environment, (joiner, key, output) -> !drop(joiner, key, output).isEmpty());
    }

    /** Takes what is under a key out of the store, and prints it; returns what it was. */
    static List<PendingJoin<String, ObjectNode>> drop(
            KeyedJoiner<?, String, ObjectNode, ?> joiner, String key, JsonLines output) throws IOException {
        List<PendingJoin<String, ObjectNode>> dropped = take(joiner, key);
        print(dropped, output);
        return dropped;
    }

    /** Takes what is under a key out of the store. */
    static List<PendingJoin<String, ObjectNode>> take(KeyedJoiner<?, String, ObjectNode, ?> joiner, String key) {
        requireParts(key, joiner.find(key));
        return joiner.drop(key);
    }

    static void print(List<PendingJoin<String, ObjectNode>> dropped, JsonLines output) throws IOException {
        for (PendingJoin<String, ObjectNode> join : dropped) {
            Optional<MergedObject> object = MergedObject.of(join);
            if (object.isPresent()) {
                output.write(object.get());
            } else {
                output.write(unreadable(join));
            }
        }
    }

    /** Of a value of another codec, the bytes can be printed; but what is collected beside it would be gone. */
    private static void requireParts(String key, List<PendingJoin<String, ObjectNode>> found) {
        for (PendingJoin<String, ObjectNode> join : found) {
            int parts = join.status() == Status.UNREADABLE ? ForeignValues.partsIn(join) : 0;
            if (parts > 0) {
                throw new CodecException(
                        key,
                        "the value is of another codec, and the " + parts
                                + " parts collected beside it would be lost; only the program that joins here can drop it",
                        null);
            }
        }
    }

    /** What cannot be read is printed as it was stored: it is nowhere else any more. */
    private static ObjectNode unreadable(PendingJoin<String, ?> join) {
        ObjectNode node = Json.MAPPER.createObjectNode();
        node.put("key", join.key());
        node.put("lastError", join.lastError().orElse(""));
        node.put("bytes", join.bytes().orElseThrow());
        return node;
    }
}

package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.KeyCodec;
import dev.joiner.KeyedJoiner;
import dev.joiner.PendingJoin;
import dev.joiner.console.ConsoleJoin;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Optional;

/**
 * A store as the console shows it. What is dropped there is printed, as what is released.
 *
 * @param name of its namespace
 */
record ConsoledStore(String name, KeyedJoiner<?, String, ObjectNode, ?> joiner, JsonLines output, boolean canReexamine)
        implements ConsoleJoin<String, ObjectNode> {

    @Override
    public KeyCodec<String> keys() {
        return KeyCodec.string();
    }

    @Override
    public boolean writeValue(PendingJoin<String, ObjectNode> join, Writer out) throws IOException {
        Optional<MergedObject> object = MergedObject.of(join);
        if (object.isPresent()) {
            object.get().writeTo(out);
        }
        return object.isPresent();
    }

    @Override
    public List<PendingJoin<String, ObjectNode>> shown(PendingJoin<String, ObjectNode> join) {
        return ForeignValues.orItself(join);
    }

    @Override
    public List<PendingJoin<String, ObjectNode>> drop(String key) throws IOException {
        return DropCommand.drop(joiner, key, output);
    }
}

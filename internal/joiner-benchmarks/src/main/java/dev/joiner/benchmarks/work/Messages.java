package dev.joiner.benchmarks.work;

import java.util.Random;

/** Where the messages come from: a thing has a number, and its parts have. */
@FunctionalInterface
public interface Messages {
    Message of(long thing, int part);

    /** New messages, each thing with a key of its own: for stores where making one costs nothing beside the rest. */
    static Messages fresh(String prefix, Work work) {
        byte[] value = value(work);
        return (thing, part) -> new Message(prefix + thing, part, work.parts(), value);
    }

    /** Messages made beforehand, so that nothing is measured but the join. Keys come again when their join has ended. */
    static Messages prepared(String prefix, Work work, int open) {
        byte[] value = value(work);
        int keys = Math.max(1024, open + 1);
        Message[] messages = new Message[keys * work.parts()];
        for (int key = 0; key < keys; key++) {
            String text = prefix + key;
            for (int part = 0; part < work.parts(); part++) {
                messages[key * work.parts() + part] = new Message(text, part, work.parts(), value);
            }
        }
        return (thing, part) -> messages[(int) (thing % keys) * work.parts() + part];
    }

    private static byte[] value(Work work) {
        byte[] value = new byte[work.valueBytes()];
        new Random(42).nextBytes(value);
        return value;
    }
}

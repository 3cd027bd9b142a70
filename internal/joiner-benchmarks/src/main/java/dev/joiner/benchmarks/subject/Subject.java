package dev.joiner.benchmarks.subject;

import dev.joiner.benchmarks.work.Message;
import java.util.List;

/** Something that joins messages, open and ready. */
public interface Subject extends AutoCloseable {

    /** What one thread drives; not thread-safe. */
    interface Lane extends AutoCloseable {
        void accept(Message message) throws Exception;

        /** For subjects that can take many at once; others take one after the other. */
        default void acceptAll(List<Message> messages) throws Exception {
            for (Message message : messages) {
                accept(message);
            }
        }

        @Override
        default void close() {}
    }

    /** A lane of a node, numbered from 0. */
    Lane lane(int node) throws Exception;

    @Override
    void close();
}

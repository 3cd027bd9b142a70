package dev.joiner.store.memory.scenario;

import java.util.List;
import java.util.stream.Stream;

/** One part of the thing with this key. Its text is its id, where a test has ids. */
record Message(String key, String text) {

    /** Part a of key k from {@code "k:a"}. */
    static Message of(String written) {
        int colon = written.lastIndexOf(':');
        return new Message(written.substring(0, colon), written.substring(colon + 1));
    }

    static List<Message> of(String... written) {
        return Stream.of(written).map(Message::of).toList();
    }

    /** How the values of the tests grow: {@code "a+b"} are the parts a and b. */
    String mergeInto(String pending) {
        return pending == null ? text : pending + "+" + text;
    }

    static int parts(String value) {
        return (int) value.chars().filter(c -> c == '+').count() + 1;
    }
}

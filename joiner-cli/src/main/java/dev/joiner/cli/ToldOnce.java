package dev.joiner.cli;

import java.util.HashSet;
import java.util.Set;

/** Problems that may come back again and again, and are told to people once. Thread-safe. */
final class ToldOnce {
    private static final int MOST_TOLD = 1000;

    private final Messages messages;
    private final Set<String> told = new HashSet<>();

    ToldOnce(Messages messages) {
        this.messages = messages;
    }

    synchronized void say(String problem) {
        if (told.size() < MOST_TOLD && told.add(problem)) {
            messages.say(problem);
        }
    }
}

package dev.joiner.spring.boot;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** All joins of the application, from when their joiners are made. Thread-safe. */
final class Joins {
    private final Map<String, Join<?, ?>> byName = new ConcurrentSkipListMap<>();

    /** Refuses a second join of one name: the two would share what is stored. */
    void requireNew(String name) {
        if (byName.containsKey(name)) {
            throw new JoinerSetupException(
                    "two specs are named " + name + ", and would share what is stored",
                    "Give one of them another name, by named(...). The default is the name of the messages' class.");
        }
    }

    void add(Join<?, ?> join) {
        byName.put(join.name(), join);
    }

    /** Returns them in the order of their names. */
    List<Join<?, ?>> all() {
        return List.copyOf(byName.values());
    }

    Optional<Join<?, ?>> named(String name) {
        return Optional.ofNullable(byName.get(name));
    }
}

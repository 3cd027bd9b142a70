package dev.joiner.store.memory.scenario;

/** What handlers of the tests throw. */
final class Broken extends Exception {
    private static final long serialVersionUID = 1L;

    Broken(String value, int attempt) {
        super(value + ", attempt " + attempt);
    }
}

package dev.joiner.store.jdbc;

/** Where a process is killed that joins messages. */
enum KillPoint {
    /** In the handler, when it has written its effect. */
    INSIDE_PROCESS("inside process", 0),
    /** When the handler has returned and the store has written the key's row. */
    BEFORE_COMMIT("before commit", 0),
    /** When the database has confirmed, and {@code accept} has not returned. */
    AFTER_COMMIT("after commit", 1),
    /** Wherever it happens to be. */
    ANY_MOMENT("at any moment", -1);

    private final String text;
    private final int effects;

    KillPoint(String text, int effects) {
        this.text = text;
        this.effects = effects;
    }

    /** How many effects the join has that was handed over when the process was killed here; -1 if nobody knows. */
    int effects() {
        return effects;
    }

    @Override
    public String toString() {
        return text;
    }
}

package dev.joiner.explorer;

import dev.joiner.KeyedJoiner;

/**
 * One call of a joiner.
 *
 * @param letters the messages that it delivers
 * @param isInterrupted whether its thread is interrupted when it begins
 */
record Operation(Kind kind, String letters, boolean isInterrupted) {

    enum Kind {
        ACCEPT,
        ACCEPT_ALL,
        SWEEP,
        RELEASE,
        DROP,
        REEXAMINE
    }

    static Operation accept(char letter) {
        return new Operation(Kind.ACCEPT, String.valueOf(letter), false);
    }

    static Operation acceptAll(String letters) {
        return new Operation(Kind.ACCEPT_ALL, letters, false);
    }

    static Operation of(Kind kind) {
        return new Operation(kind, "", false);
    }

    Operation interrupted() {
        return new Operation(kind, letters, true);
    }

    /** What the call returns. */
    Object call(KeyedJoiner<String, String, String, String> joiner) {
        return switch (kind) {
            case ACCEPT -> joiner.accept(letters);
            case ACCEPT_ALL ->
                joiner.acceptAll(letters.chars().mapToObj(Character::toString).toList());
            case SWEEP -> joiner.sweep();
            case RELEASE -> joiner.release(Setting.KEY);
            case DROP -> joiner.drop(Setting.KEY);
            case REEXAMINE -> joiner.reexamine();
        };
    }

    boolean delivers() {
        return kind == Kind.ACCEPT || kind == Kind.ACCEPT_ALL;
    }

    @Override
    public String toString() {
        return (letters.isEmpty() ? kind.name() : kind + "(" + letters + ")") + (isInterrupted ? " interrupted" : "");
    }
}

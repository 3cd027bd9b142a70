package dev.joiner.explorer;

import dev.joiner.Joiner;

/**
 * One call of a joiner.
 *
 * @param letters the messages that it delivers
 */
record Operation(Kind kind, String letters) {

    enum Kind {
        ACCEPT,
        ACCEPT_ALL,
        SWEEP,
        RELEASE,
        DROP
    }

    static Operation accept(char letter) {
        return new Operation(Kind.ACCEPT, String.valueOf(letter));
    }

    static Operation acceptAll(String letters) {
        return new Operation(Kind.ACCEPT_ALL, letters);
    }

    static Operation of(Kind kind) {
        return new Operation(kind, "");
    }

    /** What the call returns. */
    Object call(Joiner<String, String> joiner) {
        return switch (kind) {
            case ACCEPT -> joiner.accept(letters);
            case ACCEPT_ALL ->
                joiner.acceptAll(letters.chars().mapToObj(Character::toString).toList());
            case SWEEP -> joiner.sweep();
            case RELEASE -> joiner.release(Setting.KEY);
            case DROP -> joiner.drop(Setting.KEY);
        };
    }

    boolean delivers() {
        return kind == Kind.ACCEPT || kind == Kind.ACCEPT_ALL;
    }

    @Override
    public String toString() {
        return letters.isEmpty() ? kind.name() : kind + "(" + letters + ")";
    }
}

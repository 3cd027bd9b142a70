package dev.joiner.campaign;

import java.util.ArrayList;
import java.util.List;

/**
 * The value of a 1:N join: the one, and those of the many that were not handed over with it yet.
 *
 * @param one null until it comes
 * @param many what waits for the one, and then the last that came
 */
record OneWithMany<O, N>(O one, List<N> many) {
    static <O, N> OneWithMany<O, N> with(O one, OneWithMany<O, N> pending) {
        return new OneWithMany<>(one, pending == null ? List.of() : pending.many);
    }

    /** With {@code keepAfterJoin}, a value that is whole has been handed over: what follows goes out alone. */
    static <O, N> OneWithMany<O, N> withAnother(N another, OneWithMany<O, N> pending) {
        List<N> waiting = new ArrayList<>(pending == null || pending.isWhole() ? List.of() : pending.many);
        waiting.add(another);
        return new OneWithMany<>(pending == null ? null : pending.one, List.copyOf(waiting));
    }

    boolean isWhole() {
        return one != null && !many.isEmpty();
    }
}

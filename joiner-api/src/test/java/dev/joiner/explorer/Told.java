package dev.joiner.explorer;

import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.Versioned;
import org.jspecify.annotations.Nullable;

/** States as people like to read them. */
final class Told {
    private Told() {}

    static String of(@Nullable Versioned<String> held) {
        return held == null ? "nothing" : "#" + held.version() + of(held.state());
    }

    private static String of(JoinState<String> state) {
        StringBuilder text = new StringBuilder(" {");
        if (state.open() != null) {
            text.append("open ").append(of(state.open())).append("; ");
        }
        for (Flight<String> flight : state.inFlight()) {
            text.append(flight.cause())
                    .append(' ')
                    .append(of(flight.join()))
                    .append(' ')
                    .append(flight.status())
                    .append(flight.suspect() ? " suspect" : "")
                    .append(flight.isClaimed() ? " #" + flight.claim() : "")
                    .append(" attempts ")
                    .append(flight.attempts())
                    .append(until(" due ", flight.dueAt()))
                    .append("; ");
        }
        if (state.closed() != null) {
            text.append("closed ")
                    .append(state.closed().ids())
                    .append(until(" until ", state.closed().until()))
                    .append(until(" due ", state.closed().dueAt()))
                    .append("; ");
        }
        return text.append("token ").append(state.token()).append('}').toString();
    }

    private static String of(Join<String> join) {
        return "\"" + join.value() + "\"" + (join.ids().isEmpty() ? "" : join.ids()) + until(" due ", join.dueAt());
    }

    private static String until(String word, long moment) {
        return moment == JoinState.NEVER ? "" : word + moment;
    }
}

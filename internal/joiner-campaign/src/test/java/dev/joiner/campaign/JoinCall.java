package dev.joiner.campaign;

import dev.joiner.Outcome;
import java.util.ArrayList;
import java.util.List;

/** Messages of one key that one call took, and what it said of each: {@code "joined 1+0"}, {@code "incomplete"}, ... */
record JoinCall(List<Integer> numbers, List<String> outcomes, int parts) {

    /**
     * What is known of a key: the numbers that wait, in the order of their arrival, and all that were ever there.
     */
    record State(List<Integer> open, List<Integer> known) {
        static final State EMPTY = new State(List.of(), List.of());
    }

    static String text(Outcome<String> outcome) {
        if (outcome instanceof Outcome.Joined<String> joined) {
            return joined.confirmed() ? "joined " + joined.result() : "unconfirmed " + joined.result();
        }
        return outcome.getClass().getSimpleName();
    }

    /** What this call makes of a key whose ids are kept; null if one outcome would have been another. */
    static State step(State state, JoinCall call) {
        List<Integer> open = state.open;
        List<Integer> known = state.known;
        for (int i = 0; i < call.numbers.size(); i++) {
            int number = call.numbers.get(i);
            String outcome;
            if (known.contains(number)) {
                outcome = text(new Outcome.Duplicate<>());
            } else {
                known = with(known, number).stream().sorted().toList();
                open = with(open, number);
                if (open.size() == call.parts) {
                    outcome = text(new Outcome.Joined<>(value(open), true));
                    open = List.of();
                } else {
                    outcome = text(new Outcome.Incomplete<>());
                }
            }
            if (!outcome.equals(call.outcomes.get(i))) {
                return null;
            }
        }
        return new State(open, known);
    }

    static String value(List<Integer> numbers) {
        return String.join("+", numbers.stream().map(String::valueOf).toList());
    }

    private static List<Integer> with(List<Integer> list, int added) {
        List<Integer> longer = new ArrayList<>(list);
        longer.add(added);
        return longer;
    }
}

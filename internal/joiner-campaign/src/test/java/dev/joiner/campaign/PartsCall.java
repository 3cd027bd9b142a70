package dev.joiner.campaign;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One call on one key of a store that keeps parts apart, and its answer. Versions and numbers are 0 where there is nothing.
 *
 * @param number of the join that is meant: begun, appended to, ended, read or looked into
 * @param ids what is begun with, appended or looked for
 */
record PartsCall(Kind kind, long expected, long next, long number, List<String> ids, Answer answer) {

    enum Kind {
        FIND,
        /** Reads what is under a number. */
        READ,
        /** Asks which ids are under a number. */
        LOOK,
        BEGIN,
        APPEND,
        /** Ends the open join, and keeps its ids. */
        END,
        REMOVE
    }

    /**
     * What a store said.
     *
     * @param won whether an exchange was won; false of what only looks
     * @param version what was found or witnessed; 0 after a win and where ids were present
     * @param present ids that are there, with their numbers
     * @param read rows, in order: ids, with a - behind where the part is gone
     */
    record Answer(boolean won, long version, Map<String, Long> present, List<String> read) {
        static final Answer WON = new Answer(true, 0, Map.of(), List.of());

        static Answer version(long version) {
            return new Answer(false, version, Map.of(), List.of());
        }

        static Answer present(Map<String, Long> present) {
            return new Answer(false, 0, present, List.of());
        }

        static Answer read(List<String> rows) {
            return new Answer(false, 0, Map.of(), rows);
        }
    }

    /**
     * What a key holds.
     *
     * @param open the number of the join that collects; those of the others have ended
     * @param ids in order of arrival, by number
     */
    record Held(long version, long open, Map<Long, List<String>> ids) {
        static final Held NOTHING = new Held(0, 0, Map.of());

        private List<String> under(long number) {
            return ids.getOrDefault(number, List.of());
        }

        private Map<String, Long> among(List<String> wanted, Iterable<Long> numbers) {
            Map<String, Long> found = new TreeMap<>();
            for (long number : numbers) {
                under(number).stream().filter(wanted::contains).forEach(id -> found.put(id, number));
            }
            return found;
        }

        private Held with(long newVersion, long number, List<String> added) {
            List<String> all = new ArrayList<>(under(number));
            all.addAll(added);
            Map<Long, List<String>> next = new TreeMap<>(ids);
            next.put(number, all);
            return new Held(newVersion, number, next);
        }

        private List<String> rows(long number) {
            return under(number).stream()
                    .map(id -> number == open ? id : id + "-")
                    .toList();
        }
    }

    /** What this call makes of what a key holds; null if it would have had another answer. */
    static Held step(Held held, PartsCall call) {
        Held next = call.after(held);
        return call.answerOn(held).equals(call.answer) ? next : null;
    }

    private Answer answerOn(Held held) {
        return switch (kind) {
            case FIND -> Answer.version(held.version);
            case READ -> Answer.read(held.rows(number));
            case LOOK -> Answer.present(held.among(ids, List.of(number)));
            case BEGIN, APPEND, END, REMOVE -> {
                if (held.version != expected) {
                    yield Answer.version(held.version);
                }
                Map<String, Long> present = known(held);
                yield present.isEmpty() ? Answer.WON : Answer.present(present);
            }
        };
    }

    /** All ids of a key are kept. */
    private Map<String, Long> known(Held held) {
        return held.among(ids, held.ids.keySet());
    }

    private Held after(Held held) {
        boolean only = kind == Kind.FIND || kind == Kind.READ || kind == Kind.LOOK;
        if (only || held.version != expected || !known(held).isEmpty()) {
            return held;
        }
        return switch (kind) {
            case END -> new Held(next, 0, held.ids);
            case REMOVE -> Held.NOTHING;
            default -> held.with(next, number, ids);
        };
    }
}

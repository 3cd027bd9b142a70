package dev.joiner.conventions;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.JoinerException;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.PendingJoin;
import dev.joiner.store.memory.MapJoinStore;
import dev.joiner.testing.HandSetClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What each event does to a key in each state, found out by doing it. */
final class StateTable {
    private static final String KEY = "key";

    /** What a key is in before the event. */
    enum State {
        NOTHING("nothing"),
        WAITING("a join that waits"),
        EXPIRED("a join whose time is over"),
        CLAIMED("a join that is handed over"),
        LEASE_OVER("a join whose node died"),
        FAILED("a join whose handler threw"),
        PARKED("a parked join"),
        REMEMBERED("a memory of a join");

        private final String title;

        State(String title) {
            this.title = title;
        }
    }

    /** What happens to it. */
    enum Event {
        PART("a message"),
        LAST_PART("a message that completes"),
        LAST_PART_FAILS("the same, and `process` throws"),
        KNOWN_ID("a message again"),
        SWEEP("`sweep`"),
        RELEASE("`release`"),
        DROP("`drop`");

        private final String title;

        Event(String title) {
            this.title = title;
        }
    }

    record Message(String id, String text) {}

    private StateTable() {}

    static String markdown() {
        StringBuilder table = new StringBuilder();
        List<Event> events = List.of(Event.values());
        table.append(row("", events.stream().map(event -> event.title)));
        table.append("|").append("---|".repeat(1 + events.size())).append("\n");
        for (State state : State.values()) {
            table.append(row(state.title, events.stream().map(event -> new Trial().of(state, event))));
        }
        return table.toString();
    }

    private static String row(String title, Stream<String> cells) {
        return Stream.concat(Stream.of(title), cells).collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    /** One key of one store. */
    private static final class Trial {
        private final HandSetClock clock = new HandSetClock(Instant.EPOCH);
        private final MapJoinStore<String, String> store = MapJoinStore.create();
        private final KeyedJoiner<Message, String, String, String> joiner = Joiner.create(spec(), store, clock);
        private final List<String> called = new ArrayList<>();
        private Runnable within = () -> {};
        private boolean isFailing;

        private JoinSpec<Message, String, String, String> spec() {
            return JoinSpec.joining(Message.class)
                    .keyedBy(message -> KEY)
                    .<String>mergedBy((message, pending) -> (pending == null ? "" : pending) + message.text())
                    .sufficientWhen(text -> text.length() >= 3)
                    .identifiedBy(Message::id)
                    .rememberFor(Duration.ofHours(1))
                    .expireAfter(Duration.ofMinutes(10))
                    .onExpired((text, handOver) -> called.add("onExpired"))
                    .retry(2)
                    .parkPoisoned()
                    .process((text, handOver) -> {
                        called.add("process");
                        within.run();
                        if (isFailing) {
                            throw new IllegalStateException("failing");
                        }
                        return text;
                    })
                    .build();
        }

        String of(State state, Event event) {
            String[] answer = new String[1];
            switch (state) {
                case NOTHING -> {}
                case WAITING -> first("a");
                case EXPIRED -> {
                    first("a");
                    clock.advance(Duration.ofMinutes(10));
                }
                case CLAIMED, LEASE_OVER -> {
                    within = () -> {
                        within = () -> {};
                        if (state == State.LEASE_OVER) {
                            clock.advance(Duration.ofMinutes(1));
                        }
                        answer[0] = answerTo(event);
                        isFailing = false;
                    };
                    first("abc");
                    return answer[0];
                }
                case FAILED, PARKED -> {
                    isFailing = true;
                    first("abc");
                    clock.advance(Duration.ofMinutes(1));
                    if (state == State.PARKED) {
                        joiner.sweep();
                    }
                    isFailing = false;
                }
                case REMEMBERED -> first("abc");
            }
            return answerTo(event);
        }

        private void first(String text) {
            accept("1", text);
        }

        private String answerTo(Event event) {
            called.clear();
            String answer = switch (event) {
                case PART -> accept("2", "b");
                case LAST_PART -> accept("2", "bcd");
                case LAST_PART_FAILS -> {
                    isFailing = true;
                    yield accept("2", "bcd");
                }
                case KNOWN_ID -> accept("1", "a");
                case SWEEP -> {
                    joiner.sweep();
                    yield "";
                }
                case RELEASE -> {
                    joiner.release(KEY);
                    yield "";
                }
                case DROP -> joiner.drop(KEY).isEmpty() ? "" : "returned";
            };
            String calls = called.stream().map(name -> "`" + name + "`").collect(Collectors.joining(", "));
            String held = joiner.find(KEY).stream()
                    .map(PendingJoin::status)
                    .map(status -> status.name().toLowerCase(Locale.ROOT))
                    .sorted()
                    .collect(Collectors.joining(" + "));
            return Stream.of(calls, answer, "→ " + (held.isEmpty() ? "nothing" : held))
                    .filter(text -> !text.isEmpty())
                    .collect(Collectors.joining(" "));
        }

        private String accept(String id, String text) {
            try {
                Outcome<String> outcome = joiner.accept(new Message(id, text));
                return outcome.getClass().getSimpleName();
            } catch (JoinerException e) {
                return e.getClass().getSimpleName();
            }
        }
    }
}

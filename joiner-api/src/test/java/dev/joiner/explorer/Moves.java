package dev.joiner.explorer;

import static dev.joiner.explorer.BrokenPromise.unless;

import dev.joiner.JoinSpec;
import dev.joiner.engine.SpecFunctions;
import dev.joiner.explorer.Answer.Disturbance;
import dev.joiner.explorer.Operation.Kind;
import dev.joiner.explorer.Setting.Fault;
import dev.joiner.explorer.Setting.Hands;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.PartsChange;
import dev.joiner.spi.StoredParts.Part;
import dev.joiner.spi.Versioned;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What may happen next in a world. */
final class Moves {
    private static final int NODES = 2;
    /** More sweeps than any world needs to come to rest. */
    private static final int PATIENCE = 40;

    private final Setting setting;
    private final JoinSpec<String, String, String, String> spec;
    private final JoinSpec<String, String, String, String> lenient;
    private final long lease;
    private final Promises promises;
    private @Nullable Replay running;

    Moves(Setting setting) {
        this.setting = setting;
        Hands hands = (receiver, word, handOver) -> {
            if (running != null) {
                running.handOver(receiver, word, handOver);
            }
        };
        spec = setting.spec(hands);
        lenient = setting.lenientSpec(hands);
        lease = SpecFunctions.of(spec).leaseMillis();
        promises = new Promises(setting, SpecFunctions.of(spec), SpecFunctions.of(lenient));
    }

    /**
     * A world and how it came about.
     *
     * @param world null if a promise broke on the way
     * @param broken which promise that was
     */
    record Move(
            Supplier<String> label,
            @Nullable World world,
            @Nullable String broken) {}

    /** All moves, in an order that is always the same. */
    List<Move> from(World world) {
        List<Move> moves = new ArrayList<>();
        for (int i = 0; i < NODES; i++) {
            if (!world.nodes().get(i).isIdle()) {
                proceed(world, i, name(i) + " ", moves);
            } else if (i == 0 || setting.skew() != 0 || !world.nodes().get(0).isIdle()) { // idle nodes are all alike
                start(world, i, moves);
            }
        }
        if (world.budget().jumps() > 0) {
            jump(world, moves);
        }
        return moves;
    }

    private static void add(List<Move> moves, Supplier<String> label, Supplier<World> move) {
        try {
            moves.add(new Move(label, move.get(), null));
        } catch (BrokenPromise e) {
            moves.add(new Move(label, null, e.getMessage()));
        }
    }

    // Beginnings

    private void start(World world, int index, List<Move> moves) {
        Budget budget = world.budget();
        for (int i = 0; i < setting.deliveries().size(); i++) {
            int delivery = i;
            int bit = 1 << i;
            boolean isFirst = (world.begun() & bit) == 0;
            if (isFirst && isBehindItsLike(world, i)) {
                continue;
            }
            boolean isPending = (world.pending() & bit) != 0;
            if (isPending || budget.redeliveries() > 0) {
                World left = isPending ? world : world.with(budget.redeliveries(budget.redeliveries() - 1));
                begin(left, index, delivered(i), delivery, moves);
                if (budget.stops() > 0) {
                    begin(stopping(left), index, delivered(i).interrupted(), delivery, moves);
                }
            }
        }
        JoinState<String> state = world.state();
        if (state == null) {
            return; // there is nothing to find
        }
        if (budget.sweeps() > 0 && world.isDueAt(promises.clock(world, index))) {
            World left = world.with(budget.sweeps(budget.sweeps() - 1));
            begin(left, index, Operation.of(Kind.SWEEP), -1, moves);
        }
        if (budget.releases() > 0) {
            World left = world.with(budget.releases(budget.releases() - 1));
            begin(left, index, Operation.of(Kind.RELEASE), -1, moves);
        }
        if (budget.drops() > 0) {
            World left = world.with(budget.drops(budget.drops() - 1));
            begin(left, index, Operation.of(Kind.DROP), -1, moves);
        }
        if (budget.reexaminations() > 0) {
            World left = world.with(budget.reexaminations(budget.reexaminations() - 1));
            begin(left, index, Operation.of(Kind.REEXAMINE), -1, moves);
        }
    }

    private static World stopping(World world) {
        return world.with(world.budget().stops(world.budget().stops() - 1));
    }

    private Operation delivered(int delivery) {
        String letters = setting.deliveries().get(delivery);
        return letters.length() == 1 ? Operation.accept(letters.charAt(0)) : Operation.acceptAll(letters);
    }

    /** Messages are all alike, so that it is enough to try the first deliveries of one length in one order. */
    private boolean isBehindItsLike(World world, int delivery) {
        int length = setting.deliveries().get(delivery).length();
        for (int i = 0; i < delivery; i++) {
            if ((world.begun() & 1 << i) == 0 && setting.deliveries().get(i).length() == length) {
                return true;
            }
        }
        return false;
    }

    private void begin(World world, int index, Operation operation, int delivery, List<Move> moves) {
        add(moves, () -> name(index) + " begins " + operation, () -> begun(world, index, operation, delivery));
    }

    private World begun(World world, int index, Operation operation, int delivery) {
        World taken = delivery < 0 ? world : world.taking(delivery);
        Node node = Node.starting(operation, delivery, world.drawn());
        return reach(promises.noticed(taken.drawing(Replay.NUMBERS).with(index, node)), index, null);
    }

    // What operations wait for

    /**
     * One step of an operation: up to and with the next effect that other nodes notice. Looks at the clock and
     * hand-overs before that are nobody else's business, and may have come at any time since the last such effect.
     */
    private void proceed(World world, int index, String soFar, List<Move> moves) {
        Node node = world.nodes().get(index);
        Effect awaited = node.awaited();
        if (awaited instanceof Effect.Clock) {
            for (int i = 0; i < node.times().size(); i++) {
                List<Long> rest = node.times().subList(i, node.times().size());
                Answer.Time time = new Answer.Time(clock(rest.get(0), index));
                String said = soFar + "reads the clock: " + time.millis() + ", ";
                proceedOrEnd(() -> goOn(world.with(index, node.times(rest)), index, time), index, said, moves);
            }
        } else if (awaited instanceof Effect.HandOver handOver) {
            handOver(world, index, handOver, soFar, moves);
        } else if (awaited instanceof Effect.Guess) {
            guess(world, index, soFar, moves);
        } else if (awaited instanceof Effect.Find) {
            add(
                    moves,
                    () -> soFar + "reads " + Told.of(world.held()),
                    () -> reach(world, index, new Answer.Holds(world.held())));
            fail(world, index, soFar, moves);
        } else if (awaited instanceof Effect.Parts parts) {
            List<Part> found = world.parts().read(parts.number(), parts.from(), parts.limit());
            add(
                    moves,
                    () -> soFar + "reads " + found.size() + " parts of " + parts,
                    () -> reach(world, index, new Answer.Parts(found)));
        } else if (awaited instanceof Effect.Present present) {
            Map<String, Long> found = world.parts().present(present.numbers(), present.ids());
            add(
                    moves,
                    () -> soFar + "looks for " + present + " and finds " + found,
                    () -> reach(world, index, new Answer.Present(found)));
            fail(world, index, soFar, moves);
        } else if (awaited instanceof Effect.Exchange exchange) {
            exchange(world, index, exchange, soFar, moves);
        }
        if (node.wrote() && !(awaited instanceof Effect.Clock) && mayFail(world, Fault.CRASH)) {
            // Before it wrote anything, a crash is no more than a beginning that never was.
            add(
                    moves,
                    () -> soFar
                            + (awaited instanceof Effect.HandOver ? "crashes in the middle of " + awaited : "crashes"),
                    () -> crashed(world.withFault(), index));
        }
    }

    /** After something that nobody else has noticed. */
    private void proceedOrEnd(Supplier<World> move, int index, String soFar, List<Move> moves) {
        World next;
        try {
            next = move.get();
        } catch (BrokenPromise e) {
            moves.add(new Move(() -> soFar, null, e.getMessage()));
            return;
        }
        if (next.nodes().get(index).isIdle()) {
            moves.add(new Move(() -> soFar + "ends", next, null));
        } else {
            proceed(next, index, soFar, moves);
        }
    }

    private boolean mayFail(World world, Fault fault) {
        return world.budget().faults() > 0 && setting.faults().contains(fault);
    }

    private void guess(World world, int index, String soFar, List<Move> moves) {
        List<Versioned<String>> guesses = new ArrayList<>(world.past());
        if (world.held() != null) {
            guesses.add(world.held());
        }
        for (Versioned<String> guess : guesses) {
            add(moves, () -> soFar + "guesses " + Told.of(guess), () -> reach(world, index, new Answer.Holds(guess)));
        }
        add(moves, () -> soFar + "guesses that there is nothing", () -> reach(world, index, new Answer.Holds(null)));
    }

    private static Answer look(World world, Effect.Due due) {
        Versioned<String> held = world.held();
        return new Answer.Look(held != null
                && held.state().dueAt() >= due.from()
                && held.state().dueAt() <= due.upTo());
    }

    /** The store fails before it does anything; if nothing was written before, that is as if it never began. */
    private void fail(World world, int index, String soFar, List<Move> moves) {
        if (world.nodes().get(index).wrote() && mayFail(world, Fault.STORE)) {
            add(
                    moves,
                    () -> soFar + "is failed by the store, which did nothing",
                    () -> reach(promises.disturbed(world.withFault(), index), index, new Answer.StoreFailed()));
        }
    }

    private void exchange(World world, int index, Effect.Exchange exchange, String soFar, List<Move> moves) {
        boolean isWon = world.holds(exchange.expected());
        if (!isWon) {
            add(
                    moves,
                    () -> soFar + "does not write, as there is " + Told.of(world.held()),
                    () -> reach(world, index, new Answer.Exchanged(false, world.held())));
            fail(world, index, soFar, moves);
            return;
        }
        PartsChange change = PartsChange.between(exchange.expected(), exchange.next());
        Map<String, Long> present = world.parts().present(change.lookIn(), change.ids());
        if (!present.isEmpty()) {
            add(
                    moves,
                    () -> soFar + "does not write, as there is " + present,
                    () -> reach(world, index, new Answer.Exchanged(false, null, present)));
            fail(world, index, soFar, moves);
            return;
        }
        add(
                moves,
                () -> soFar + "writes " + Told.of(exchange.next()),
                () -> reach(written(world, index, exchange), index, new Answer.Exchanged(true, exchange.next())));
        fail(world, index, soFar, moves);
        if (mayFail(world, Fault.STORE)) {
            add(
                    moves,
                    () -> soFar + "is failed by the store, which has written " + Told.of(exchange.next()),
                    () -> reach(
                            promises.disturbed(written(world.withFault(), index, exchange), index),
                            index,
                            new Answer.StoreFailed()));
        }
        if (mayFail(world, Fault.CRASH)) {
            add(
                    moves,
                    () -> soFar + "crashes as soon as the store has written " + Told.of(exchange.next()),
                    () -> crashed(written(world.withFault(), index, exchange), index));
        }
        if (mayFail(world, Fault.REPEATED_WRITE) && mayRepeat(world, index, exchange)) {
            add(moves, () -> soFar + "repeats its write of " + Told.of(exchange.next()), () -> {
                World written = written(world.withFault(), index, exchange);
                boolean isKnown = exchange.next() != null; // by its number
                return reach(
                        isKnown ? written : promises.disturbed(written, index),
                        index,
                        new Answer.Exchanged(false, exchange.next()));
            });
        }
    }

    /**
     * Of a removal nothing stays by which it could be known again. A hand-over is not confirmed then; but a drop has
     * nothing to return, and what is handed over at most once is not handed over at all, as after a crash.
     */
    private boolean mayRepeat(World world, int index, Effect.Exchange exchange) {
        boolean isLastWrite = world.nodes().get(index).work().kind() != Kind.DROP
                && !SpecFunctions.of(spec).atMostOnce();
        return exchange.next() != null || isLastWrite;
    }

    private World written(World world, int index, Effect.Exchange exchange) {
        Versioned<String> next = exchange.next();
        List<Versioned<String>> past = world.past();
        if (setting.staleGuesses() && world.held() != null) {
            past = new ArrayList<>(past);
            past.add(world.held());
        }
        PartTable parts = world.parts().after(PartsChange.between(exchange.expected(), next));
        unless(
                parts.rows().keySet().equals(PartsChange.numbers(next == null ? null : next.state())),
                "there are parts of {}, and the state is {}",
                parts.rows().keySet(),
                next);
        World checked = promises.wrote(world, index, world.state(), parts.gathered(next));
        return promises.noticed(checked.holding(PartTable.asStored(next), parts, past));
    }

    private void handOver(World world, int index, Effect.HandOver handOver, String soFar, List<Move> moves) {
        proceedOrEnd(
                () -> goOn(promises.ended(world, index, handOver, true), index, new Answer.Returned(Disturbance.NONE)),
                index,
                soFar + "hands over " + handOver + ", ",
                moves);
        if (world.budget().stops() > 0) {
            stop(world, index, handOver, soFar, moves);
        }
        if (mayFail(world, Fault.HANDLER)) {
            proceedOrEnd(
                    () -> goOn(promises.ended(world.withFault(), index, handOver, false), index, new Answer.Threw()),
                    index,
                    soFar + "fails to hand over " + handOver + ", ",
                    moves);
        }
    }

    /** The node's thread is interrupted while a handler runs, or its joiner begins to close. */
    private void stop(World world, int index, Effect.HandOver handOver, String soFar, List<Move> moves) {
        World stopped = promises.stopped(stopping(world), index);
        for (Disturbance disturbance : List.of(Disturbance.INTERRUPT, Disturbance.CLOSE)) {
            proceedOrEnd(
                    () -> goOn(promises.ended(stopped, index, handOver, true), index, new Answer.Returned(disturbance)),
                    index,
                    soFar + "hands over " + handOver + " with " + disturbance + ", ",
                    moves);
        }
        proceedOrEnd(
                () -> goOn(promises.interrupted(stopped, index, handOver), index, new Answer.Interrupted()),
                index,
                soFar + "is interrupted while it hands over " + handOver + ", ",
                moves);
    }

    private World crashed(World world, int index) {
        Node node = world.nodes().get(index);
        return promises.disturbed(world, index).with(index, Node.IDLE).returning(node.delivery());
    }

    /** Goes on after an effect that others notice: what comes next comes after it. */
    private World reach(World world, int index, @Nullable Answer answer) {
        World seen = answer instanceof Answer.Holds || answer instanceof Answer.Exchanged
                ? promises.looked(world, index)
                : world;
        Node node = seen.nodes().get(index).times(List.of(world.time()));
        return goOn(seen.with(index, node), index, answer);
    }

    /** Runs an operation again, one answer further, up to the next effect that has to wait. */
    private World goOn(World world, int index, @Nullable Answer answer) {
        Node node = world.nodes().get(index);
        List<Answer> log = new ArrayList<>(node.log());
        if (answer != null) {
            log.add(answer);
        }
        Replay replay = new Replay(node.numbers(), setting.apart(), log, effect -> immediately(world, index, effect));
        running = replay;
        replay.run(node.work().kind() == Kind.REEXAMINE ? lenient : spec, node.work());
        Effect awaited = replay.awaited();
        if (awaited == null) {
            return promises.concluded(world, index, replay.outcome(), replay.leftInterrupted());
        }
        World waiting = world.with(index, node.at(replay.log(), awaited));
        return awaited instanceof Effect.HandOver handOver ? promises.begins(waiting, index, handOver) : waiting;
    }

    /**
     * The clock has to wait only while time may still go on; a guess only if it may be wrong: what is known at the
     * beginning may well be outdated at the first write.
     */
    private @Nullable Answer immediately(World world, int index, Effect effect) {
        List<Long> times = world.nodes().get(index).times();
        if (effect instanceof Effect.Clock && world.budget().jumps() == 0 && times.size() == 1) {
            return new Answer.Time(clock(times.get(0), index));
        }
        if (effect instanceof Effect.Due due) {
            return look(world, due);
        }
        return effect instanceof Effect.Guess && !setting.staleGuesses() ? new Answer.Holds(world.held()) : null;
    }

    // Time

    /** Time goes on to a moment at which something is due, at one of the nodes, or at which half a lease is used. */
    private void jump(World world, List<Move> moves) {
        NavigableSet<Long> moments = new TreeSet<>();
        JoinState<String> state = world.state();
        if (state == null) {
            return;
        }
        if (state.open() != null) {
            moments.add(state.open().dueAt());
        }
        for (Flight<String> flight : state.inFlight()) {
            moments.add(flight.dueAt());
            if (flight.isClaimed()) {
                moments.add(flight.dueAt() - lease / 2);
            }
        }
        if (state.closed() != null) {
            moments.add(state.closed().until());
            state.closed().ids().forEach(kept -> moments.add(kept.until()));
        }
        moments.remove(JoinState.NEVER);
        for (long moment : List.copyOf(moments)) {
            moments.add(moment - setting.skew());
        }
        World left = world.with(world.budget().jumps(world.budget().jumps() - 1));
        for (long moment : moments.tailSet(world.time(), false)) {
            add(moves, () -> "time goes on to " + moment, () -> left.at(moment));
        }
    }

    // The end

    /** One node stays, and nothing goes wrong any more: what follows, to the end. Its last move is no world if it is bad. */
    List<Move> rest(World world) {
        List<Move> moves = new ArrayList<>();
        World calm = world.with(Budget.NONE);
        for (int i = 0; i < setting.deliveries().size(); i++) {
            if ((calm.pending() & 1 << i) != 0) {
                calm = undisturbed(calm, delivered(i), i, moves);
                if (calm == null) {
                    return moves;
                }
            }
        }
        for (int sweeps = 0; calm.held() != null && calm.held().state().dueAt() != JoinState.NEVER; sweeps++) {
            if (sweeps == PATIENCE) {
                moves.add(new Move(() -> "and so on", null, "it does not come to rest: " + Told.of(calm.held())));
                return moves;
            }
            calm = undisturbed(
                    calm.at(Math.max(calm.time(), calm.held().state().dueAt())), Operation.of(Kind.SWEEP), -1, moves);
            if (calm == null) {
                return moves;
            }
        }
        World end = calm;
        add(moves, () -> "all is said and done: " + Told.of(end.held()), () -> {
            promises.settled(end);
            return end;
        });
        return moves;
    }

    private @Nullable World undisturbed(World world, Operation operation, int delivery, List<Move> moves) {
        begin(world, 0, operation, delivery, moves);
        World next = moves.get(moves.size() - 1).world();
        while (next != null && !next.isQuiet()) {
            List<Move> ways = new ArrayList<>();
            proceed(next, 0, "A ", ways);
            moves.add(ways.get(0));
            next = ways.get(0).world();
        }
        return next;
    }

    private long clock(long time, int index) {
        return index == 0 ? time : time + setting.skew();
    }

    private static String name(int index) {
        return index == 0 ? "A" : "B";
    }
}

package dev.joiner.explorer;

import dev.joiner.explorer.Ledger.Fate;
import dev.joiner.explorer.Node.Claim;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Ended;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinState.KeptIds;
import dev.joiner.spi.StoredParts;
import dev.joiner.spi.StoredParts.Part;
import dev.joiner.spi.Versioned;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * 64 bits that are the same for worlds that are the same but for their random numbers and, if they are alike, the order
 * of their nodes.
 *
 * <p>Of random numbers it only matters where else they occur, and whether an operation under way drew them itself: they
 * are numbered in the order of their occurrence. That two of some million different worlds have the same fingerprint has
 * a probability of less than one in ten thousand.
 */
final class Fingerprint {
    private long hash = 0x243F6A8885A308D3L;
    private long[] seen = new long[32];
    private int numbers;
    private final Node first;
    private final Node second;

    private Fingerprint(Node first, Node second) {
        this.first = first;
        this.second = second;
    }

    static long of(World world, boolean nodesAreAlike) {
        Node a = world.nodes().get(0);
        Node b = world.nodes().get(1);
        long one = of(world, a, b);
        return nodesAreAlike && !(a.isIdle() && b.isIdle()) ? Math.min(one, of(world, b, a)) : one;
    }

    private static long of(World world, Node first, Node second) {
        Fingerprint print = new Fingerprint(first, second);
        print.put(world.held());
        print.put(world.parts());
        print.put(world.past().size());
        world.past().forEach(print::put);
        print.put(world.time());
        print.put(world.pending());
        print.put(world.begun());
        print.put(world.budget());
        print.put(world.ledger());
        print.put(first);
        print.put(second);
        return print.hash;
    }

    private void put(long value) {
        long mixed = (hash ^ value) * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ mixed >>> 32) * 0xD6E8FEB86659FD93L;
        hash = (mixed ^ mixed >>> 29) + 0x632BE59BD9B4E019L;
    }

    private void put(String text) {
        put(text.length());
        for (int i = 0; i < text.length(); i++) {
            put(text.charAt(i));
        }
    }

    private void put(Enum<?> constant) {
        put(constant.name().hashCode());
    }

    private void put(boolean value) {
        put(value ? 1 : 0);
    }

    private void putNumber(long number) {
        if (number == Flight.UNCLAIMED || number == Claim.UNKNOWN) {
            put(number);
            return;
        }
        int index = 0;
        while (index < numbers && seen[index] != number) {
            index++;
        }
        if (index == numbers) {
            if (numbers == seen.length) {
                seen = Arrays.copyOf(seen, numbers * 2);
            }
            seen[numbers++] = number;
        }
        put(isDrawnBy(first, number) ? 1 : isDrawnBy(second, number) ? 2 : 3);
        put(index);
    }

    private static boolean isDrawnBy(Node node, long number) {
        return !node.isIdle() && number > node.numbers() && number <= node.numbers() + Replay.NUMBERS;
    }

    private void put(Budget budget) {
        put(budget.faults());
        put(budget.stops());
        put(budget.jumps());
        put(budget.sweeps());
        put(budget.redeliveries());
        put(budget.releases());
        put(budget.drops());
        put(budget.reexaminations());
    }

    private void put(@Nullable Versioned<String> held) {
        if (held == null) {
            put(-1);
            return;
        }
        putNumber(held.version());
        JoinState<String> state = held.state();
        put(state.open());
        put(state.inFlight().size());
        for (Flight<String> flight : state.inFlight()) {
            put(flight.join());
            put(flight.cause());
            putNumber(flight.claim());
            put(flight.token());
            put(flight.status());
            put(flight.suspect());
            put(flight.attempts());
            put(flight.lastError() != null);
            put(flight.dueAt());
        }
        if (state.closed() == null) {
            put(-1);
        } else {
            put(state.closed().until());
            put(state.closed().ids().size());
            for (KeptIds kept : state.closed().ids()) {
                put(kept.ids());
                put(kept.until());
            }
        }
        put(state.token());
        put(state.ended().size());
        for (Ended ended : state.ended()) {
            putNumber(ended.number());
            put(ended.rows());
            put(ended.parts());
            put(ended.at());
            put(ended.until());
            put(ended.cause() == null ? "" : ended.cause().name());
        }
    }

    private void put(PartTable parts) {
        put(parts.rows().size());
        parts.rows().forEach((number, rows) -> {
            putNumber(number);
            put(rows);
        });
    }

    private void put(List<Part> parts) {
        put(parts.size());
        for (Part part : parts) {
            put(part.id() == null ? "" : part.id());
            put(part.bytes() == null ? -1 : Arrays.hashCode(part.bytes()));
        }
    }

    private void put(@Nullable Join<String> join) {
        if (join == null) {
            put(-1);
            return;
        }
        put(join.value());
        put(join.parts());
        put(join.firstAt());
        put(join.deadline());
        put(join.idleUntil());
        put(join.ids());
        put(join.joinedBefore());
        put(join.collected().size());
        if (join.collected() instanceof StoredParts stored) {
            putNumber(stored.number());
            put(stored.withId());
        }
    }

    private void put(Ids ids) {
        put(ids.size());
        ids.forEach(this::put);
    }

    private void put(Ledger ledger) {
        put(ledger.fates().size());
        for (Fate fate : ledger.fates()) {
            put(fate.word());
            put(fate.cause());
            put(fate.claims());
            put(fate.begun());
            put(fate.tried());
            put(fate.wasted());
            put(fate.isBegun());
            put(fate.handed());
            put(fate.poisoned());
            put(fate.excused());
            put(fate.ended());
            put(fate.dropped());
        }
        put(ledger.flying().size());
        ledger.flying().forEach(this::put);
        put(ledger.merged());
        put(ledger.counted());
        put(ledger.dropped());
    }

    private void put(Node node) {
        if (node.isIdle()) {
            put(-1);
            return;
        }
        put(node.work().kind());
        put(node.work().letters());
        put(node.work().isInterrupted());
        put(node.delivery());
        put(node.log().size());
        node.log().forEach(this::put);
        put(node.times().size());
        node.times().forEach(this::put);
        put(node.claims().size());
        for (Claim claim : node.claims()) {
            putNumber(claim.id());
            put(claim.token());
            put(claim.isAlone());
            put(claim.attempt());
            put(claim.isPoison());
            put(claim.number());
            put(claim.fate());
            put(claim.word());
            put(claim.progress());
        }
        put(node.merged());
        put(node.dropped());
        put(node.known());
        put(node.closed());
        put(node.wrote());
        put(node.failures());
        put(node.stopped());
    }

    private void put(Map<String, Long> present) {
        put(present.size());
        present.forEach((id, number) -> {
            put(id);
            putNumber(number);
        });
    }

    private void put(Answer answer) {
        if (answer instanceof Answer.Time time) {
            put(1);
            put(time.millis());
        } else if (answer instanceof Answer.Holds holds) {
            put(2);
            put(holds.held());
        } else if (answer instanceof Answer.Exchanged exchanged) {
            put(exchanged.won() ? 3 : 4);
            put(exchanged.witness());
            put(exchanged.present());
        } else if (answer instanceof Answer.StoreFailed) {
            put(5);
        } else if (answer instanceof Answer.Returned returned) {
            put(6);
            put(returned.disturbance());
        } else if (answer instanceof Answer.Look look) {
            put(look.isDue() ? 7 : 8);
        } else if (answer instanceof Answer.Parts read) {
            put(11);
            put(read.parts());
        } else if (answer instanceof Answer.Present present) {
            put(12);
            put(present.ids());
        } else {
            put(answer instanceof Answer.Threw ? 9 : 10);
        }
    }
}

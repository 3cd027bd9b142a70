package dev.joiner.explorer;

import dev.joiner.spi.JoinState;
import dev.joiner.spi.Versioned;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Everything there is at one moment.
 *
 * @param held what the store holds under the one key
 * @param parts what it keeps apart from that
 * @param past what it held before, as far as that may be guessed
 * @param time the first node's
 * @param pending the setting's deliveries that are not acknowledged and not under way, as bits
 * @param begun those that were ever under way
 * @param drawn how many random numbers are given out; no part of what the world is
 */
record World(
        @Nullable Versioned<String> held,
        PartTable parts,
        List<Versioned<String>> past,
        long time,
        List<Node> nodes,
        int pending,
        int begun,
        Budget budget,
        Ledger ledger,
        long drawn) {

    private static final long BEGINNING = 1_000_000;

    static World beginning(Setting setting) {
        return new World(
                null,
                PartTable.EMPTY,
                List.of(),
                BEGINNING,
                List.of(Node.IDLE, Node.IDLE),
                (1 << setting.deliveries().size()) - 1,
                0,
                setting.budget(),
                Ledger.EMPTY,
                0);
    }

    /** What the store holds, with all that it keeps apart from the state in it. */
    @Nullable
    JoinState<String> state() {
        return parts.gathered(held);
    }

    boolean isDueAt(long at) {
        return held != null && held.state().dueAt() <= at;
    }

    /** The store's one decision. */
    boolean holds(@Nullable Versioned<String> expected) {
        return Objects.equals(held, expected);
    }

    boolean isQuiet() {
        return nodes.stream().allMatch(Node::isIdle);
    }

    World at(long later) {
        List<Node> older = new ArrayList<>(nodes.size());
        for (Node node : nodes) {
            List<Long> times = new ArrayList<>(node.times());
            times.add(later);
            older.add(node.isIdle() ? node : node.times(List.copyOf(times)));
        }
        return new World(held, parts, past, later, List.copyOf(older), pending, begun, budget, ledger, drawn);
    }

    World holding(@Nullable Versioned<String> next, PartTable kept, List<Versioned<String>> remembered) {
        return new World(next, kept, remembered, time, nodes, pending, begun, budget, ledger, drawn);
    }

    World with(int index, Node node) {
        List<Node> replaced = new ArrayList<>(nodes);
        replaced.set(index, node);
        return new World(held, parts, past, time, List.copyOf(replaced), pending, begun, budget, ledger, drawn);
    }

    World with(Budget left) {
        return new World(held, parts, past, time, nodes, pending, begun, left, ledger, drawn);
    }

    World with(Ledger written) {
        return new World(held, parts, past, time, nodes, pending, begun, budget, written, drawn);
    }

    World withFault() {
        return with(budget.faults(budget.faults() - 1));
    }

    /** The delivery is under way, or acknowledged. */
    World taking(int delivery) {
        int bit = 1 << delivery;
        return new World(held, parts, past, time, nodes, pending & ~bit, begun | bit, budget, ledger, drawn);
    }

    /** The delivery is to be made again. */
    World returning(int delivery) {
        int bit = delivery < 0 ? 0 : 1 << delivery;
        return new World(held, parts, past, time, nodes, pending | bit, begun, budget, ledger, drawn);
    }

    World drawing(long numbers) {
        return new World(held, parts, past, time, nodes, pending, begun, budget, ledger, drawn + numbers);
    }
}

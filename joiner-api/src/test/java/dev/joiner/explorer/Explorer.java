package dev.joiner.explorer;

import dev.joiner.explorer.Moves.Move;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Walks through all worlds that a setting leads to, the nearest first. */
final class Explorer {

    /**
     * What came of it.
     *
     * @param worlds how many different worlds there are
     * @param steps how many moves lead from one to another
     * @param rests how many of the worlds were quiet, and were followed until nothing was left to do
     * @param broken the shortest way to a broken promise, or null
     */
    record Findings(
            Setting setting,
            int worlds,
            long steps,
            int rests,
            @Nullable String broken) {
        @Override
        public String toString() {
            return String.format(
                    "%-40s %,10d worlds %,12d steps %,9d brought to rest", setting.name(), worlds, steps, rests);
        }
    }

    private final Setting setting;
    private final Moves moves;
    private final boolean nodesAreAlike;
    private final LongSet seen = new LongSet();
    /** How each world was reached: from which other, by which of its moves. */
    private int[] parents = new int[1 << 12];

    private short[] choices = new short[1 << 12];
    private int worlds;
    private long steps;
    private int rests;

    private Explorer(Setting setting) {
        this.setting = setting;
        moves = new Moves(setting);
        nodesAreAlike = setting.skew() == 0;
    }

    static Findings explore(Setting setting) {
        return new Explorer(setting).explore();
    }

    private Findings explore() {
        List<World> layer = new ArrayList<>();
        visit(World.beginning(setting), -1, -1, layer);
        int index = 0;
        while (!layer.isEmpty()) {
            List<World> next = new ArrayList<>();
            for (World world : layer) {
                String broken = expand(world, index++, next);
                if (broken != null) {
                    return findings(broken);
                }
            }
            layer = next;
        }
        return findings(null);
    }

    private Findings findings(@Nullable String broken) {
        return new Findings(setting, worlds, steps, rests, broken);
    }

    /** Follows all moves from a world. The way to a broken promise, if there is one. */
    private @Nullable String expand(World world, int index, List<World> next) {
        if (world.isQuiet()) {
            rests++;
            List<Move> rest = moves.rest(world);
            if (rest.get(rest.size() - 1).broken() != null) {
                return story(index, rest);
            }
        }
        List<Move> all = moves.from(world);
        for (int choice = 0; choice < all.size(); choice++) {
            Move move = all.get(choice);
            steps++;
            if (move.world() == null) {
                return story(index, List.of(move));
            }
            visit(move.world(), index, choice, next);
        }
        return null;
    }

    private void visit(World world, int parent, int choice, List<World> layer) {
        if (!seen.add(Fingerprint.of(world, nodesAreAlike))) {
            return;
        }
        if (worlds == parents.length) {
            parents = Arrays.copyOf(parents, worlds * 2);
            choices = Arrays.copyOf(choices, worlds * 2);
        }
        parents[worlds] = parent;
        choices[worlds] = (short) choice;
        worlds++;
        layer.add(world);
    }

    private String story(int index, List<Move> last) {
        List<Integer> path = new ArrayList<>();
        for (int at = index; parents[at] >= 0; at = parents[at]) {
            path.add(0, (int) choices[at]);
        }
        List<Move> way = new ArrayList<>();
        World world = World.beginning(setting);
        for (int choice : path) {
            Move move = moves.from(world).get(choice);
            way.add(move);
            world = move.world();
        }
        way.addAll(last);
        StringBuilder story = new StringBuilder(setting.name());
        for (int i = 0; i < way.size(); i++) {
            story.append(String.format("%n%3d. %s", i + 1, way.get(i).label().get()));
        }
        return story.append(String.format("%n     %s", last.get(last.size() - 1).broken()))
                .toString();
    }
}

package dev.joiner.console;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What there is of each kind; names the kinds of which there is most, however many there are. For one thread. */
final class Groups {
    /** How many are named. */
    private static final int MOST_NAMED = 50;
    /** How many are counted, so that to find the largest is not done for each that is added. */
    private static final int MOST_COUNTED = 2_000;

    private static final Comparator<Map.Entry<String, Long>> LARGEST_FIRST =
            Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey());

    private final Map<String, Long> counts = new HashMap<>();
    /** What was of kinds that were not among the largest. More of them may have come later. */
    private long others;

    void add(String name) {
        counts.merge(name, 1L, Long::sum);
        if (counts.size() > MOST_COUNTED) {
            List<Map.Entry<String, Long>> largest = largest();
            long named = sum(largest);
            others += sum(counts.entrySet()) - named;
            counts.clear();
            largest.forEach(group -> counts.put(group.getKey(), group.getValue()));
        }
    }

    private List<Map.Entry<String, Long>> largest() {
        return counts.entrySet().stream()
                .sorted(LARGEST_FIRST)
                .limit(MOST_NAMED)
                .map(Map.Entry::copyOf)
                .toList();
    }

    private static long sum(Iterable<Map.Entry<String, Long>> groups) {
        long sum = 0;
        for (Map.Entry<String, Long> group : groups) {
            sum += group.getValue();
        }
        return sum;
    }

    /** The largest by name, how much there is of others, and whether of those named there may be more than is said. */
    ObjectNode toJson() {
        ObjectNode json = Json.object();
        ArrayNode named = json.putArray("named");
        List<Map.Entry<String, Long>> largest = largest();
        largest.forEach(group -> named.addObject().put("name", group.getKey()).put("count", group.getValue()));
        json.put("others", others + sum(counts.entrySet()) - sum(largest));
        json.put("atLeast", others > 0);
        return json;
    }
}

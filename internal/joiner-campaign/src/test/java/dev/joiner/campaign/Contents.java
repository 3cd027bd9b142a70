package dev.joiner.campaign;

import dev.joiner.Collected;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What a handler read of a join that collects, in words that stay short: {@code 17/1500=1500: 0-1499 in order 5a3f}. It is
 * the merged value, the numbers that are there, others' parts if there are any, and a hash of the order.
 */
final class Contents {
    private Contents() {}

    /** Reads it all, with no more in memory than a page and the numbers. */
    static String of(Collected<String, String> collected) {
        String value = collected.value();
        String key = value.substring(0, value.indexOf('='));
        List<Integer> numbers = new ArrayList<>();
        StringBuilder strangers = new StringBuilder();
        int order = 1;
        for (String written : collected) {
            Part part = Part.of(written);
            order = 31 * order + written.hashCode();
            if (part.key().equals(key)) {
                numbers.add(part.number());
            } else {
                strangers.append(" and ").append(written);
            }
        }
        return value + ": " + runs(numbers) + strangers + " in order " + Integer.toHexString(order);
    }

    /** Of 3, 0, 1 and 1 it makes {@code 0-1,1-1,3-3}. */
    private static String runs(List<Integer> numbers) {
        Collections.sort(numbers);
        List<String> runs = new ArrayList<>();
        int first = 0;
        for (int i = 1; i <= numbers.size(); i++) {
            if (i == numbers.size() || numbers.get(i) != numbers.get(i - 1) + 1) {
                runs.add(numbers.get(first) + "-" + numbers.get(i - 1));
                first = i;
            }
        }
        return String.join(",", runs);
    }

    /** Whether they are each part of the key's thing, once, and nothing else. */
    static boolean areWhole(String key, String contents) {
        int parts = Part.parts(key);
        return contents.startsWith(key + "=" + parts + ": 0-" + (parts - 1) + " in order ");
    }
}

package dev.joiner.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the word that was meant. */
final class Spelling {
    private Spelling() {}

    /** The word that resembles most what was written, or that begins with it, if there is one. */
    static Optional<String> closest(String written, Collection<String> words) {
        Optional<String> longer =
                words.stream().filter(word -> word.startsWith(written + "-")).min(Comparator.naturalOrder());
        return longer.isPresent() ? longer : mostAlike(written, words);
    }

    /** "; did you mean --require?", or nothing. */
    static String didYouMean(String written, Collection<String> words) {
        return closest(written, words)
                .map(word -> "; did you mean " + word + "?")
                .orElse("");
    }

    private static Optional<String> mostAlike(String written, Collection<String> words) {
        return words.stream()
                .filter(word -> resemble(written, word))
                .min(Comparator.comparingInt(word -> distance(written, word)));
    }

    private static boolean resemble(String one, String other) {
        int shorter = Math.min(one.length(), other.length());
        return shorter > 1 && distance(one, other) <= Math.max(1, shorter / 3);
    }

    /** How many letters were left out, added, mistaken or swapped. */
    static int distance(String one, String other) {
        int[][] distances = new int[one.length() + 1][other.length() + 1];
        for (int i = 0; i <= one.length(); i++) {
            for (int j = 0; j <= other.length(); j++) {
                if (i == 0 || j == 0) {
                    distances[i][j] = i + j;
                    continue;
                }
                boolean isSame = one.charAt(i - 1) == other.charAt(j - 1);
                int least = Math.min(distances[i - 1][j], distances[i][j - 1]) + 1;
                least = Math.min(least, distances[i - 1][j - 1] + (isSame ? 0 : 1));
                boolean areSwapped = i > 1
                        && j > 1
                        && one.charAt(i - 1) == other.charAt(j - 2)
                        && one.charAt(i - 2) == other.charAt(j - 1);
                distances[i][j] = areSwapped ? Math.min(least, distances[i - 2][j - 2] + 1) : least;
            }
        }
        return distances[one.length()][other.length()];
    }
}

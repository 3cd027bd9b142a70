package dev.joiner.explorer;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Sets of letters as bits, and bags of letters as sorted text. */
final class Letters {
    private Letters() {}

    static int set(String letters) {
        int set = 0;
        for (int i = 0; i < letters.length(); i++) {
            set |= 1 << (letters.charAt(i) - 'a');
        }
        return set;
    }

    static int set(Collection<String> letters) {
        int set = 0;
        for (String letter : letters) {
            set |= set(letter);
        }
        return set;
    }

    /** What is in the second bag beyond the first; null if the first is no part of it. */
    static @Nullable String beyond(String part, String whole) {
        StringBuilder rest = new StringBuilder(whole);
        for (int i = 0; i < part.length(); i++) {
            int at = rest.indexOf(part.substring(i, i + 1));
            if (at < 0) {
                return null;
            }
            rest.deleteCharAt(at);
        }
        return rest.toString();
    }

    static boolean areDistinct(String letters) {
        return Integer.bitCount(set(letters)) == letters.length();
    }

    static String text(int set) {
        StringBuilder text = new StringBuilder();
        for (char letter = 'a'; set >> (letter - 'a') != 0; letter++) {
            if ((set >> (letter - 'a') & 1) != 0) {
                text.append(letter);
            }
        }
        return text.toString();
    }
}

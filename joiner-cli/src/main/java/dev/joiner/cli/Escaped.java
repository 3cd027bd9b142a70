package dev.joiner.cli;

import java.util.ArrayList;
import java.util.List;

/** Texts in which a backslash takes the meaning from the character behind it. */
final class Escaped {
    private Escaped() {}

    /** Splits at a character that has its meaning; the parts keep their backslashes. */
    static List<String> split(String text, char at) {
        List<String> parts = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\\') {
                i++;
            } else if (text.charAt(i) == at) {
                parts.add(text.substring(from, i));
                from = i + 1;
            }
        }
        parts.add(text.substring(from));
        return parts;
    }

    /** The text with a backslash before each backslash and each of that character. */
    static String escape(String text, char special) {
        if (text.indexOf(special) < 0 && text.indexOf('\\') < 0) {
            return text;
        }
        return text.replace("\\", "\\\\").replace(String.valueOf(special), "\\" + special);
    }
}

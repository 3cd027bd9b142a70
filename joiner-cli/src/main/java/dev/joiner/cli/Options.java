package dev.joiner.cli;

import dev.joiner.KeyCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Checks what options are set to, and names the option that is wrong. */
final class Options {
    private Options() {}

    static FieldPath field(String option, String text) {
        return parsed(option, text, FieldPath::parse);
    }

    static RequiredFields required(List<String> texts) {
        return fields("--require", texts);
    }

    static RequiredFields fields(String option, List<String> texts) {
        List<FieldPath> paths = new ArrayList<>();
        texts.forEach(text -> paths.addAll(parsed(option, text, FieldPath::parseAll)));
        return new RequiredFields(paths);
    }

    static KeyFields keyFields(String option, String what, String text) {
        return parsed(option, text, fields -> KeyFields.parse(what, fields));
    }

    static List<FieldCondition> conditions(String option, List<String> texts) {
        return texts.stream()
                .map(text -> parsed(option, text, FieldCondition::parse))
                .toList();
    }

    static DeepMerge merge(List<String> texts) {
        return parsed("--merge", "", none -> DeepMerge.parse(texts));
    }

    static char delimiter(String text) {
        String delimiter = text.equals("\\t") ? "\t" : text;
        check(
                delimiter.length() == 1 && delimiter.charAt(0) < 128 && "\"\r\n".indexOf(delimiter) < 0,
                "--delimiter is " + text + ", must be one ASCII character, but no quote and no line break");
        return delimiter.charAt(0);
    }

    /** A key as stores can hold it. */
    static String key(String text) {
        return parsed("KEY", text, key -> KeyCodec.checked("it", key));
    }

    static void check(boolean condition, String problem) {
        if (!condition) {
            throw new UsageException(problem);
        }
    }

    private static <T> T parsed(String option, String text, Function<String, T> parse) {
        try {
            return parse.apply(text);
        } catch (IllegalArgumentException e) {
            throw new UsageException(option + ": " + e.getMessage());
        }
    }
}

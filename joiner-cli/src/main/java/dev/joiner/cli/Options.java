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
        List<FieldPath> paths = new ArrayList<>();
        texts.forEach(text -> paths.addAll(parsed("--require", text, FieldPath::parseAll)));
        return new RequiredFields(paths);
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

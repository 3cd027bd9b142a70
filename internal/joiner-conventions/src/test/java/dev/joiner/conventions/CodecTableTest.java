package dev.joiner.conventions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.Codec;
import dev.joiner.KeyCodec;
import dev.joiner.codec.jackson.JacksonCodec;
import dev.joiner.codec.jackson3.Jackson3Codec;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of codecs in the page on stores has all that come ready. */
class CodecTableTest {
    private static final Pattern METHOD = Pattern.compile("`(\\w+\\.\\w+\\([\\w, ]*\\))`");

    private static String signature(Method method) {
        return method.getDeclaringClass().getSimpleName() + "." + method.getName()
                + Arrays.stream(method.getParameterTypes())
                        .map(Class::getSimpleName)
                        .collect(Collectors.joining(", ", "(", ")"));
    }

    private static boolean makesACodec(Method method) {
        return Modifier.isStatic(method.getModifiers())
                && Modifier.isPublic(method.getModifiers())
                && (Codec.class.isAssignableFrom(method.getReturnType())
                        || KeyCodec.class.isAssignableFrom(method.getReturnType()));
    }

    @Test
    void hasEveryReadyMadeCodec() {
        List<String> made = Stream.of(KeyCodec.class, Codec.class, JacksonCodec.class, Jackson3Codec.class)
                .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
                .filter(CodecTableTest::makesACodec)
                .map(CodecTableTest::signature)
                .toList();
        List<String> documented = Project.read("docs/stores.md")
                .lines()
                .dropWhile(line -> !line.startsWith("| codec |"))
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> line.substring(0, line.indexOf('|', 1)))
                .flatMap(names -> Project.groups(METHOD, names).stream())
                .toList();

        assertThat(documented).containsExactlyInAnyOrderElementsOf(made);
    }
}

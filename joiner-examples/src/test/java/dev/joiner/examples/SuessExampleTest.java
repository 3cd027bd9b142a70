package dev.joiner.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.examples.SuessExample.Thing;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SuessExampleTest {
    private static final UUID ID = new UUID(0, 1);

    @Test
    void halvesBecomeOneThing() {
        String printed =
                run(new Thing(ID, "one", null), new Thing(new UUID(0, 2), "other", null), new Thing(ID, null, "two"));

        assertThat(printed.lines())
                .containsExactly(
                        "waiting: Thing[id=" + ID + ", one=one, two=null]",
                        "waiting: Thing[id=" + new UUID(0, 2) + ", one=other, two=null]",
                        "joined:  stored Thing[id=" + ID + ", one=one, two=two]");
    }

    @Test
    void newerHalfReplacesOlder() {
        String printed = run(new Thing(ID, "old", null), new Thing(ID, "new", null), new Thing(ID, null, "two"));

        assertThat(printed).endsWith("joined:  stored Thing[id=" + ID + ", one=new, two=two]" + System.lineSeparator());
    }

    private static String run(Thing... things) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SuessExample.run(List.of(things), new PrintStream(out, true, StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8);
    }
}

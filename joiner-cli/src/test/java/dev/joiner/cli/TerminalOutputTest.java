package dev.joiner.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class TerminalOutputTest {

    @Test
    void whatDoesSomethingToATerminalIsEscaped() throws IOException {
        assertThat(shown("\u001b[2J\r\u007f\u0085\u009b31m")).isEqualTo("\\u001b[2J\\u000d\\u007f\\u0085\\u009b31m");
        assertThat(shown("a\u202eb\u2066c\u2069\u200f\u061c\u2028"))
                .isEqualTo("a\\u202eb\\u2066c\\u2069\\u200f\\u061c\\u2028");
    }

    @Test
    void allElseIsShownAsItIs() throws IOException {
        String text = "{\"a\":\"Zürich\t日本 😀 € \u00a0\u2027\u202f\"}\n";

        assertThat(shown(text)).isEqualTo(text);
    }

    private static String shown(String text) throws IOException {
        ByteArrayOutputStream shown = new ByteArrayOutputStream();
        TerminalOutput terminal = new TerminalOutput(shown);
        for (byte b : text.getBytes(UTF_8)) { // as a buffer may cut them
            terminal.write(new byte[] {b});
        }
        terminal.flush();
        return shown.toString(UTF_8);
    }
}

package dev.joiner.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.Codec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    private final Codec<ObjectNode> codec = Json.codec();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"a\":null,\"b\":true,\"c\":[1,{\"d\":\"e\"}]}",
                "{\"money\":59.90,\"zero\":0.000,\"big\":123456789012345678901234567890,\"tiny\":1E-400}",
                "{\"ä\":\"日本 😀 \\u0001 \\\" \\\\\"}"
            })
    void whatIsStoredComesBackDigitForDigit(String json) {
        byte[] stored = json.getBytes(UTF_8);

        ObjectNode value = codec.decode(stored);

        assertThat(new String(codec.encode(value), UTF_8)).isEqualTo(json);
        assertThat(codec.decode(codec.encode(value))).isEqualTo(value);
    }

    @Test
    void whatIsNoObjectIsRefused() {
        assertThatThrownBy(() -> codec.decode("[1]".getBytes(UTF_8))).isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> codec.decode(new byte[0])).isInstanceOf(RuntimeException.class);
    }
}

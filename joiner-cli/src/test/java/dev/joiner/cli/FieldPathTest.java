package dev.joiner.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FieldPathTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a          | {'a':1}            | 1",
                "a.b        | {'a':{'b':2}}      | 2",
                "a\\.b      | {'a.b':3,'a':{}}   | 3",
                "a\\,b      | {'a,b':4}          | 4",
                "a\\\\b     | {'a\\\\b':5}       | 5",
                "ä.日本.😀  | {'ä':{'日本':{'😀':6}}} | 6",
                "a b        | {'a b':7}          | 7"
            })
    void findsTheField(String path, String json, int value) throws Exception {
        assertThat(FieldPath.parse(path).in(object(json)).intValue()).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a   | {}",
                "a   | {'a':null}",
                "a.b | {'a':1}",
                "a.b | {'a':[{'b':1}]}",
                "a.0 | {'a':[1]}",
                "a.b | {'a.b':1}",
                "a.b | {'a':{'b':null}}"
            })
    void findsNothingThatIsNotThere(String path, String json) throws Exception {
        assertThat(FieldPath.parse(path).isSetIn(object(json))).isFalse();
    }

    @Test
    void severalFieldsAreReadWithCommasInBetween() {
        assertThat(FieldPath.parseAll("a,b.c,d\\,e")).hasToString("[a, b.c, d\\,e]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a.b", "a\\.b.c\\,\\\\"})
    void printsWhatItWasMadeOf(String path) {
        assertThat(FieldPath.parse(path)).hasToString(path);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "a.", ".a", "a..b", "a,", ",a", "a\\", "a\\b", "a,b"})
    void refusesWhatNamesNoField(String path) {
        assertThatThrownBy(() -> FieldPath.parse(path))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(path);
    }

    private static ObjectNode object(String json) throws Exception {
        return Json.MAPPER.readValue(json.replace('\'', '"'), ObjectNode.class);
    }
}

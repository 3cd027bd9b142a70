package dev.joiner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeepMergeTest {

    @ParameterizedTest(name = "{0} + {1} = {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "{'a':1}             | {'b':2}             | {'a':1,'b':2}",
                "{'a':1}             | {'a':2}             | {'a':2}",
                "{'a':1}             | {'a':null}          | {'a':1}",
                "{'a':null}          | {'a':1}             | {'a':1}",
                "{'a':null}          | {'a':null}          | {'a':null}",
                "{}                  | {'a':null}          | {'a':null}",
                "{'a':[1,2]}         | {'a':[3]}           | {'a':[3]}",
                "{'a':{'b':1}}       | {'a':{'c':2}}       | {'a':{'b':1,'c':2}}",
                "{'a':{'b':{'c':1}}} | {'a':{'b':{'d':2}}} | {'a':{'b':{'c':1,'d':2}}}",
                "{'a':{'b':1}}       | {'a':2}             | {'a':2}",
                "{'a':1}             | {'a':{'b':2}}       | {'a':{'b':2}}",
                "{'a':{'b':1}}       | {'a':null}          | {'a':{'b':1}}",
                "{'a':{'b':1}}       | {'a':{'b':null}}    | {'a':{'b':1}}"
            })
    void newerNonNullValueWins(String pending, String message, String merged) throws Exception {
        ObjectNode older = object(pending);
        ObjectNode newer = object(message);

        assertThat(DeepMerge.NEWEST.merge(newer, older))
                .hasToString(object(merged).toString());
        assertThat(older).as("untouched").isEqualTo(object(pending));
        assertThat(newer).as("untouched").isEqualTo(object(message));
    }

    @Test
    void firstMessageIsTheValue() throws Exception {
        ObjectNode first = object("{'a':1}");

        assertThat(DeepMerge.NEWEST.merge(first, null)).isSameAs(first);
    }

    private static ObjectNode object(String json) throws Exception {
        return Json.MAPPER.readValue(json.replace('\'', '"'), ObjectNode.class);
    }
}

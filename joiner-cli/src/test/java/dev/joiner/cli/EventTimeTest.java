package dev.joiner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventTimeTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"2026-01-02T03:04:05Z\"                | 2026-01-02T03:04:05Z",
                "\"2026-01-02T03:04:05.678901Z\"         | 2026-01-02T03:04:05.678Z",
                "\"2026-01-02T03:04:05+02:00\"           | 2026-01-02T01:04:05Z",
                "\"2026-01-02T03:04:05+0200\"            | 2026-01-02T01:04:05Z",
                "\"2026-01-02T03:04:05-02\"              | 2026-01-02T05:04:05Z",
                "\"2026-01-02T03:04:05+01:00[Europe/Berlin]\" | 2026-01-02T02:04:05Z",
                "\"2026-01-02T03:04\"                    | 2026-01-02T03:04:00Z",
                "\"2026-01-02 03:04:05,678\"             | 2026-01-02T03:04:05.678Z",
                "\"2026-01-02 03:04:05 +02:00\"          | 2026-01-02T01:04:05Z",
                "1767323045                              | 2026-01-02T03:04:05Z",
                "1767323045.678                          | 2026-01-02T03:04:05.678Z",
                "1767323045678                           | 2026-01-02T03:04:05.678Z",
                "1767323045678901                        | 2026-01-02T03:04:05.678Z",
                "1767323045678901234                     | 2026-01-02T03:04:05.678Z",
                "\"1767323045678901234\"                 | 2026-01-02T03:04:05.678Z",
                "0                                       | 1970-01-01T00:00:00Z",
                "-1                                      | 1969-12-31T23:59:59Z"
            })
    void isReadInTheFormsThatLogsHave(String json, Instant expected) throws Exception {
        ObjectNode object = Json.MAPPER.readValue("{\"t\":" + json + "}", ObjectNode.class);

        assertThat(new EventTime(FieldPath.parse("t")).in(object)).isEqualTo(expected);
    }
}

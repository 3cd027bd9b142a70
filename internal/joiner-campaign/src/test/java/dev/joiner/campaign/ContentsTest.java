package dev.joiner.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.Collected;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContentsTest {

    private static String of(String value, String... parts) {
        return Contents.of(new Collected<>() {
            @Override
            public String value() {
                return value;
            }

            @Override
            public int size() {
                return parts.length;
            }

            @Override
            public Iterator<String> iterator() {
                return List.of(parts).iterator();
            }
        });
    }

    @Test
    void numbersAreWrittenAsRuns() {
        assertThat(of("7/5=5", "7/5:4", "7/5:1", "7/5:0", "7/5:1")).startsWith("7/5=5: 0-1,1-1,4-4 in order ");
        assertThat(of("7/5=5", "7/5:0", "8/5:1")).startsWith("7/5=5: 0-0 and 8/5:1 in order ");
        assertThat(of("7/5=0")).startsWith("7/5=0:  in order ");
    }

    @Test
    void orderMatters() {
        assertThat(of("7/2=2", "7/2:0", "7/2:1"))
                .isNotEqualTo(of("7/2=2", "7/2:1", "7/2:0"))
                .isEqualTo(of("7/2=2", "7/2:0", "7/2:1"));
    }

    @Test
    void whatIsWholeIsTold() {
        assertThat(Contents.areWhole("7/2~", of("7/2~=2", "7/2~:1", "7/2~:0"))).isTrue();
        assertThat(Contents.areWhole("7/1", of("7/1=1", "7/1:0"))).isTrue();
        assertThat(Contents.areWhole("7/2", of("7/2=2", "7/2:1"))).isFalse();
    }
}

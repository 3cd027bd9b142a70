package dev.joiner.benchmarks.subject;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.benchmarks.work.Message;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** It can do what it is compared for. */
class HandWrittenExpiringMapTest {
    private final AtomicLong now = new AtomicLong();
    private final List<String> joined = new ArrayList<>();
    private final List<String> expired = new ArrayList<>();
    private final HandWrittenExpiringMap map =
            new HandWrittenExpiringMap((key, whole) -> joined.add(key), () -> Instant.ofEpochMilli(now.get()));

    private void accept(long at, String key, int part) throws Exception {
        now.set(at);
        map.lane(0).accept(new Message(key, part, 3, new byte[1]));
    }

    @Test
    void whatBeganLongAgoEndsWhateverCameSince() throws Exception {
        accept(1, "old", 0);
        accept(5, "old", 1);
        accept(2, "young", 0);

        map.expire(1, (key, whole) -> expired.add(key));
        accept(6, "old", 2);
        accept(6, "young", 1);
        accept(6, "young", 2);

        assertThat(expired).containsExactly("old");
        assertThat(joined).containsExactly("young");
    }
}

package dev.joiner.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.test.servers.RedisServer;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class TwoConsumersExampleTest {

    @Test
    void eachThingIsJoinedByOneOfThem() {
        String url = "redis://" + RedisServer.HOST + ":" + RedisServer.shared().port();

        assertThat(Printed.by(out -> TwoConsumersExample.run(url, "test-" + UUID.randomUUID(), 200, out)))
                .containsExactly("200 things joined by two consumers");
    }
}

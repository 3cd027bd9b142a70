package dev.joiner.test.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisClusterTest {
    @TempDir
    private Path folder;

    private final RedisCluster shared = RedisCluster.shared();

    private void set(RedisCluster cluster, String key, String value) {
        cluster.masters().get(cluster.ownerOf(cluster.slotOf(key))).call("SET", key, value);
    }

    @Test
    void slotsAreSharedEvenly() {
        assertThat(shared.ownerOf(0)).isZero();
        assertThat(shared.ownerOf(5_460)).isZero();
        assertThat(shared.ownerOf(5_461)).isEqualTo(1);
        assertThat(shared.ownerOf(RedisCluster.SLOTS - 1)).isEqualTo(2);
        assertThat(shared.slotOf("a{key}")).isEqualTo(shared.slotOf("b{key}"));
    }

    @Test
    void slotMovesWithAllItsKeys() {
        int slot = shared.slotOf("{moving}");
        int from = shared.ownerOf(slot);
        int to = (from + 1) % 3;
        for (int i = 0; i < 250; i++) {
            set(shared, "{moving}" + i, "value" + i);
        }

        shared.moveSlot(slot, from, to);

        assertThat(shared.ownerOf(slot)).isEqualTo(to);
        assertThat(shared.masters().get(to).call("GET", "{moving}249")).isEqualTo("value249");
        assertThatThrownBy(() -> shared.masters().get(from).call("GET", "{moving}249"))
                .hasRootCauseMessage("MOVED " + slot + " 127.0.0.1:"
                        + shared.masters().get(to).port());
        shared.awaitOk();
    }

    @Test
    void keyThatIsNoTextMoves() {
        int slot = shared.slotOf("{bytes}");
        int from = shared.ownerOf(slot);
        int to = (from + 1) % 3;
        String key = "{bytes}\u00ff\u00fe\u0000";
        shared.masters().get(from).call("SET", key, "value");

        shared.moveSlot(slot, from, to);

        assertThat(shared.masters().get(to).call("GET", key)).isEqualTo("value");
    }

    @Test
    void halfMovedSlotAsks() {
        int slot = shared.slotOf("{half}");
        int from = shared.ownerOf(slot);
        int to = (from + 2) % 3;
        set(shared, "{half}1", "first");
        set(shared, "{half}2", "second");
        RedisServer source = shared.masters().get(from);

        shared.beginMove(slot, from, to);
        shared.moveKey("{half}1", from, to);
        shared.moveKey("{half}absent", from, to);

        assertThatThrownBy(() -> source.call("GET", "{half}1"))
                .hasRootCauseMessage(
                        "ASK " + slot + " 127.0.0.1:" + shared.masters().get(to).port());
        assertThat(source.call("GET", "{half}2")).isEqualTo("second");
        assertThat(shared.ownerOf(slot)).isEqualTo(from);

        assertThat(shared.moveKeys(slot, from, to, 10)).isEqualTo(1);
        assertThat(shared.moveKeys(slot, from, to, 10)).isZero();
        shared.endMove(slot, from, to);

        assertThat(shared.ownerOf(slot)).isEqualTo(to);
        assertThat(shared.masters().get(to).call("GET", "{half}2")).isEqualTo("second");
    }

    @Test
    void replicaTakesOverFromKilledMaster() {
        try (RedisCluster cluster = RedisCluster.start(folder, 3, 1, "cluster-node-timeout=1000")) {
            int slot = cluster.slotOf("key");
            int owner = cluster.ownerOf(slot);
            set(cluster, "key", "value");
            RedisServer replica = cluster.replicas().get(owner);
            assertThat(cluster.masters().get(owner).call("WAIT", "1", "5000")).isEqualTo(1L);

            cluster.masters().get(owner).kill();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> String.valueOf(replica.call("ROLE")).contains("master"));
            cluster.awaitOk();

            assertThat(replica.call("GET", "key")).isEqualTo("value");
        }
    }

    @Test
    void killedMasterComesBackWithItsSlots() {
        try (RedisCluster cluster = RedisCluster.start(folder, 3, 0)) {
            int slot = cluster.slotOf("key");
            int owner = cluster.ownerOf(slot);
            set(cluster, "key", "value");

            cluster.masters().get(owner).kill();
            assertThatThrownBy(() -> cluster.ownerOf(slot)).hasMessage("No running master has slot " + slot);
            cluster.masters().get(owner).restart();
            cluster.awaitOk();

            assertThat(cluster.ownerOf(slot)).isEqualTo(owner);
            assertThat(cluster.masters().get(owner).call("GET", "key")).isEqualTo("value");
        }
    }

    @Test
    void clusterWithoutMajorityIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RedisCluster.start(folder, 2, 0))
                .withMessage("Fewer than 3 masters: 2");
    }

    @Test
    void nodeThatDoesNotStartEndsTheOthers() {
        assertThatThrownBy(() -> RedisCluster.start(folder, 3, 0, "cluster-node-timeout=never"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("Redis node 0 ended with status 1");
    }
}

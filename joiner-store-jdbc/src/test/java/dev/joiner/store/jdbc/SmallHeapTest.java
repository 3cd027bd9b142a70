package dev.joiner.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.joiner.Codec;
import dev.joiner.store.tck.LargeJoins;
import dev.joiner.test.servers.JavaProcess;
import dev.joiner.test.servers.MariaDbServer;
import dev.joiner.test.servers.PostgresServer;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More joins than fit into the memory of a process are read and expire in it all the same. */
class SmallHeapTest {
    /** A quarter more than go into it. */
    private static final int JOINS_PER_MEBIBYTE = 5;

    /** Is given a URL and a number of joins. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) {
            try (HikariDataSource pool = JoiningProcess.pool(arguments[0])) {
                JdbcJoinStore<String, String> store = JdbcJoinStore.builder(pool)
                        .namespace(UUID.randomUUID().toString())
                        .valueCodec(Codec.string())
                        .createTableIfMissing()
                        .build();
                System.out.println("done: " + LargeJoins.runOn(store, Integer.parseInt(arguments[1])));
            }
        }
    }

    private static void assertExpires(String url, int mebibytes) {
        int joins = JOINS_PER_MEBIBYTE * mebibytes;
        try (JavaProcess process =
                JavaProcess.start(Child.class, List.of("-Xmx" + mebibytes + "m"), url, String.valueOf(joins))) {
            assertThat(process.awaitLine(line -> line.startsWith("done: ")))
                    .isEqualTo("done: " + LargeJoins.asExpected(joins));
        }
    }

    @Test
    void postgres() {
        assertExpires(PostgresServer.shared().jdbcUrl(), 80);
    }

    @Test
    void mariaDb() {
        assertExpires(MariaDbServer.shared().jdbcUrl(), 80);
    }

    /** The database is in the same heap, and holds 60 MiB of pages and of buffers that wait for the disk. */
    @Test
    void fileOfH2(@TempDir Path folder) {
        assertExpires("jdbc:h2:file:" + folder.resolve("joins"), 256);
    }
}

package dev.joiner.test.servers;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtExitTest {
    @TempDir
    private Path folder;

    @Test
    void sharedServersEndWithTheJvmAndTakeTheirDataAlong() throws Exception {
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Djava.io.tmpdir=" + folder,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<Long> pids = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .map(Long::valueOf)
                .toList();

        assertThat(jvm.waitFor()).isZero();
        assertThat(pids)
                .hasSize(3)
                .allSatisfy(pid -> assertThat(ProcessHandle.of(pid)).isEmpty());
        assertThat(folder).isEmptyDirectory();
    }

    /** Another JVM with servers. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) {
            Stream.of(RedisServer.shared(), PostgresServer.shared(), MariaDbServer.shared())
                    .map(Server::pid)
                    .forEach(System.out::println);
        }
    }
}

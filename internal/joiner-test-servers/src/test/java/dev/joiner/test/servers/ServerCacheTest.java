package dev.joiner.test.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerCacheTest {
    @TempDir
    private Path folder;

    @Test
    void threadsThatWantTheSameFillItOnce() throws Exception {
        AtomicInteger fillings = new AtomicInteger();
        CyclicBarrier start = new CyclicBarrier(2);
        Callable<Path> unpacking = () -> {
            start.await();
            return new ServerCache(folder).get("server-1", part -> {
                fillings.incrementAndGet();
                Files.writeString(part.resolve("file"), "content");
            });
        };
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (Future<Path> unpacked : threads.invokeAll(List.of(unpacking, unpacking))) {
                assertThat(unpacked.get().resolve("file")).hasContent("content");
            }
        } finally {
            threads.shutdown();
        }
        assertThat(fillings).hasValue(1);
    }

    @Test
    void processesThatWantTheSameFillItOnce() throws Exception {
        Process first = child();
        Process second = child();

        assertThat(first.waitFor()).isZero();
        assertThat(second.waitFor()).isZero();
        assertThat(folder.resolve("server-1/files")).isDirectoryContaining("glob:**/99");
        assertThat(folder.resolve("fillings")).hasContent("1");
    }

    private Process child() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        folder.toString())
                .inheritIO()
                .start();
    }

    /** Another JVM that unpacks. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) {
            Path folder = Path.of(args[0]);
            new ServerCache(folder).get("server-1", part -> {
                Files.createFile(folder.resolve("fillings"));
                Path files = Files.createDirectory(part.resolve("files"));
                for (int i = 0; i < 100; i++) {
                    Files.createFile(files.resolve(Integer.toString(i)));
                }
                Files.writeString(folder.resolve("fillings"), "1");
            });
        }
    }

    @Test
    void fillingThatFailsLeavesNothingForTheNextToTake() {
        ServerCache cache = new ServerCache(folder);
        assertThatThrownBy(() -> cache.get("server-1", part -> {
                    Files.createFile(part.resolve("half"));
                    throw new IOException("disk full");
                }))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage("Cannot unpack server-1")
                .hasRootCauseMessage("disk full");

        Path unpacked = cache.get("server-1", part -> Files.createFile(part.resolve("whole")));

        assertThat(unpacked).isDirectoryContaining("glob:**/whole").isDirectoryNotContaining("glob:**/half");
    }

    @Test
    void cacheOfTheProjectIsAtItsRoot() {
        Path cache = ServerCache.ofProject().folder();

        assertThat(cache).endsWithRaw(Path.of("target/servers"));
        assertThat(cache.getParent().resolveSibling("internal/joiner-test-servers/pom.xml"))
                .exists();
    }
}

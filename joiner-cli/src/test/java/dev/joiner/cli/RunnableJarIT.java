package dev.joiner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.test.servers.MariaDbServer;
import dev.joiner.test.servers.PostgresServer;
import java.io.BufferedWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The jar with everything in it, run as users run it. */
class RunnableJarIT {
    @TempDir
    private Path folder;

    @Test
    void knowsItsVersion() throws Exception {
        try (ChildJvm joiner = ChildJvm.ofJar("--version");
                JarFile jar = new JarFile(System.getProperty("joiner.jar"))) {
            String version = jar.getManifest().getMainAttributes().getValue("Implementation-Version");
            assertThat(version).isNotBlank();
            assertThat(joiner.readLine()).isEqualTo("joiner " + version);
            assertThat(joiner.awaitStatus()).isZero();
        }
    }

    @Test
    void showsTheDemo() throws Exception {
        try (ChildJvm demo = ChildJvm.ofJar("demo")) {
            assertThat(demo.readLines()).anyMatch(line -> line.contains("\"total\":12.50},\"shipment\""));
            assertThat(demo.awaitStatus()).isZero();
            assertThat(demo.err()).isEmpty();
        }
    }

    static Stream<String> stores() {
        return Stream.of(
                "memory:",
                "caffeine:?maximumSize=10000",
                "jdbc:h2:mem:",
                PostgresServer.shared().jdbcUrl(),
                MariaDbServer.shared().jdbcUrl());
    }

    @ParameterizedTest
    @MethodSource("stores")
    void joinsTheSample(String store) throws Exception {
        try (ChildJvm join = ChildJvm.ofJar(
                "join",
                "--key",
                "order.id",
                "--require",
                "order.total,payment,shipment",
                "--id",
                "event",
                "--remember",
                "1h",
                "--expired-to",
                folder.resolve("incomplete.jsonl").toString(),
                "--store",
                store,
                Path.of("samples", "orders.jsonl").toString())) {
            assertThat(join.readLines()).hasSize(1000);
            assertThat(join.awaitStatus()).as(join.err()).isZero();
        }
    }

    /** 75 MB of lines in one join, in a heap of 64 MB: H2 must forget what was read, too. */
    @Test
    void collectsMoreThanTheHeapHolds() throws Exception {
        int lines = 30_000;
        Path input = folder.resolve("lines.jsonl");
        try (BufferedWriter writer = Files.newBufferedWriter(input)) {
            for (int i = 0; i < lines; i++) {
                writer.write("{\"id\":1,\"page\":\"" + "x".repeat(2_500) + "\"}\n");
            }
        }
        try (ChildJvm join = ChildJvm.ofJarInHeap(
                "64m",
                "join",
                "--key=id",
                "--count=" + lines,
                "--batch=100",
                "--merge=page=collect",
                "--store=jdbc:h2:" + folder.resolve("joins").toAbsolutePath(),
                input.toString())) {
            String begin = "{\"id\":1,\"page\":[";
            assertThat(join.countBytes()).as(join.err()).isEqualTo(begin.length() + 2_503L * lines + "}\n".length());
            assertThat(join.awaitStatus()).as(join.err()).isZero();
        }
    }

    @Test
    void readsCsv() throws Exception {
        try (ChildJvm join = ChildJvm.ofJar("join", "--key", "id", "--count", "2", "--csv", "--merge", "n=sum")) {
            join.type("id,n\n1,2\n1,3\n");
            join.endInput();
            assertThat(join.readLines()).containsExactly("{\"id\":\"1\",\"n\":5}");
            assertThat(join.awaitStatus()).as(join.err()).isZero();
        }
    }

    @Test
    void holdsNoFileTwiceAndNoModule() throws Exception {
        try (JarFile jar = new JarFile(System.getProperty("joiner.jar"))) {
            List<String> names = jar.stream().map(entry -> entry.getName()).toList();
            assertThat(names)
                    .doesNotHaveDuplicates()
                    .contains("META-INF/LICENSE", "META-INF/services/dev.joiner.spi.JoinStoreProvider")
                    .contains("META-INF/services/java.sql.Driver")
                    .noneMatch(name -> name.endsWith("module-info.class"))
                    .noneMatch(name -> name.matches("META-INF/[^/]*\\.(SF|RSA|DSA|EC)"));
        }
        assertThat(Files.size(Path.of(System.getProperty("joiner.jar")))).isLessThan(12_000_000);
    }
}

package dev.joiner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The command line in a process of its own, for what a test cannot do to its own process. */
final class ChildJvm implements AutoCloseable {
    private final Process process;
    private final BufferedReader out;
    private final CompletableFuture<String> err;

    private ChildJvm(List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("LC_ALL", "C"); // UTF-8 whatever the system's language is
        process = builder.start();
        out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        err = CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                task -> new Thread(task).start());
    }

    /** Runs the classes that the tests run. */
    static ChildJvm ofClasses(String... args) throws IOException {
        return new ChildJvm(
                command(List.of("-Xmx256m", "-cp", System.getProperty("java.class.path"), Main.class.getName()), args));
    }

    /** Runs the jar that users run. */
    static ChildJvm ofJar(String... args) throws IOException {
        return ofJarInHeap("256m", args);
    }

    /** The same with a heap of this size. */
    static ChildJvm ofJarInHeap(String size, String... args) throws IOException {
        return new ChildJvm(command(List.of("-Xmx" + size, "-jar", System.getProperty("joiner.jar")), args));
    }

    private static List<String> command(List<String> program, String... args) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:TieredStopAtLevel=1");
        command.addAll(program);
        command.addAll(List.of(args));
        return command;
    }

    void type(String text) throws IOException {
        OutputStream in = process.getOutputStream();
        in.write(text.getBytes(StandardCharsets.UTF_8));
        in.flush();
    }

    void endInput() throws IOException {
        process.getOutputStream().close();
    }

    String readLine() throws IOException {
        return out.readLine();
    }

    /** How many bytes are still to come; none of them is kept. */
    long countBytes() throws IOException {
        return process.getInputStream().transferTo(OutputStream.nullOutputStream());
    }

    List<String> readLines() {
        return out.lines().toList();
    }

    void closeOutput() throws IOException {
        process.getInputStream().close();
    }

    /** What SIGTERM does, unlike {@code Process.destroyForcibly}. */
    void terminate() {
        process.toHandle().destroy();
    }

    /** SIGKILL, as a crash would end it. What it has written can still be read. */
    void kill() throws InterruptedException {
        process.toHandle().destroyForcibly();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("is gone").isTrue();
    }

    int awaitStatus() throws InterruptedException {
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("has ended").isTrue();
        return process.exitValue();
    }

    String err() {
        return err.join();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}

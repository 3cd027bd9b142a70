package dev.joiner.test.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A server that is started once for the JVM, by whoever needs it first, and is gone with its data when the JVM ends. */
final class SharedServer<S> {
    private final String name;
    private final Function<Path, S> start;
    private @Nullable S server;

    SharedServer(String name, Function<Path, S> start) {
        this.name = name;
        this.start = start;
    }

    synchronized S get() {
        if (server == null) {
            try {
                Path folder = Files.createTempDirectory(name);
                AtExit.delete(folder);
                server = start.apply(folder);
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot create a folder for " + name, e);
            }
        }
        return server;
    }
}

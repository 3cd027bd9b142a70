package dev.joiner.test.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** A folder of unpacked servers, which modules and builds share. */
record ServerCache(Path folder) {
    // A file's lock holds against other JVMs, not against other threads.
    private static final Object THREADS = new Object();

    interface Filling {
        void fill(Path folder) throws IOException;
    }

    /** Returns the cache of the whole project, wherever in it the JVM runs. */
    static ServerCache ofProject() {
        Path start = Path.of("").toAbsolutePath();
        for (Path folder = start; folder != null; folder = folder.getParent()) {
            if (Files.isDirectory(folder.resolve(".mvn"))) { // this is how Maven finds the root, too
                return new ServerCache(folder.resolve("target/servers"));
            }
        }
        return new ServerCache(start.resolve("target/servers"));
    }

    /** Returns the folder of a name, which is filled once: it is there as a whole or not at all. */
    Path get(String name, Filling filling) {
        Path wanted = folder.resolve(name);
        try {
            if (!Files.isDirectory(wanted)) {
                Files.createDirectories(folder);
                synchronized (THREADS) {
                    fillLocked(wanted, filling);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot unpack " + name, e);
        }
        return wanted;
    }

    @SuppressWarnings("try") // the lock is held, not used
    private static void fillLocked(Path wanted, Filling filling) throws IOException {
        Path lockFile = wanted.resolveSibling(wanted.getFileName() + ".lock");
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            if (Files.isDirectory(wanted)) {
                return;
            }
            Path part = wanted.resolveSibling(wanted.getFileName() + ".part");
            Folders.delete(part); // of a JVM that was killed meanwhile
            Files.createDirectory(part);
            filling.fill(part);
            Files.move(part, wanted, StandardCopyOption.ATOMIC_MOVE);
        }
    }
}

package dev.joiner.test.servers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What the JVM takes along when it ends: running servers and child JVMs, and then folders. */
final class AtExit {
    private static final Set<ServerProcess> PROCESSES = ConcurrentHashMap.newKeySet();
    private static final Set<Process> JVMS = ConcurrentHashMap.newKeySet();
    private static final Set<Path> FOLDERS = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(AtExit::run, "servers-at-exit"));
    }

    private AtExit() {}

    static void stop(ServerProcess process) {
        PROCESSES.add(process);
    }

    /** The process is killed; {@link #forget} takes one out that has ended. */
    static void kill(Process jvm) {
        JVMS.add(jvm);
    }

    static void forget(Process jvm) {
        JVMS.remove(jvm);
    }

    static void delete(Path folder) {
        FOLDERS.add(folder);
    }

    private static void run() {
        JVMS.forEach(Process::destroyForcibly); // first, as they may be clients of the servers
        PROCESSES.forEach(ServerProcess::signalStop); // all at once, before the first is waited for
        PROCESSES.forEach(ServerProcess::stop);
        for (Path folder : FOLDERS) {
            try {
                Folders.delete(folder);
            } catch (IOException e) {
                System.err.println("Cannot delete " + folder + ": " + e);
            }
        }
    }
}

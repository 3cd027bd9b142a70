package dev.joiner.explorer;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/**
 * The library and the explorer once more, apart from those of the test: what the library has once for a process, such an
 * exploration has for itself.
 */
final class OwnClasses implements AutoCloseable {
    private final URLClassLoader classes;

    private OwnClasses(URLClassLoader classes) {
        this.classes = classes;
    }

    /** @param first folders of classes to take instead of those that were built */
    static OwnClasses with(Path... first) {
        List<Path> built = List.of(Path.of("target/classes"), Path.of("target/test-classes"));
        URL[] urls = Stream.concat(Stream.of(first), built.stream())
                .map(OwnClasses::url)
                .toArray(URL[]::new);
        ClassLoader others = new ClassLoader(OwnClasses.class.getClassLoader()) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                if (name.startsWith("dev.joiner.")) {
                    throw new ClassNotFoundException(name);
                }
                return super.loadClass(name, resolve);
            }
        };
        return new OwnClasses(new URLClassLoader(urls, others));
    }

    private static URL url(Path folder) {
        try {
            return folder.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(folder.toString(), e);
        }
    }

    /** What {@link Exploration#call()} returns. */
    String explore(String setting, boolean thorough) throws Exception {
        @SuppressWarnings("unchecked")
        Callable<String> exploration = (Callable<String>) classes.loadClass(Exploration.class.getName())
                .getConstructor(String.class, boolean.class)
                .newInstance(setting, thorough);
        return exploration.call();
    }

    @Override
    public void close() throws IOException {
        classes.close();
    }
}

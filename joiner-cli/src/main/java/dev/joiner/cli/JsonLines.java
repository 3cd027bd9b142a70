package dev.joiner.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.JoinerException;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes JSON objects, one a line, in UTF-8.
 *
 * <p>Thread-safe. Once a write has failed all others do: behind half a line nothing can be written any more.
 */
final class JsonLines implements Closeable {
    private static final int BUFFER = 1 << 16;

    private final OutputStream out;
    private final boolean writeThrough;
    private final Consumer<? super IOException> onFailure;
    private @Nullable IOException failure;

    /**
     * @param writeThrough whether each line leaves the process before the call returns; otherwise {@link #flush} does it
     * @param onFailure is told of the first failure
     */
    JsonLines(OutputStream out, boolean writeThrough, Consumer<? super IOException> onFailure) {
        this.out = new BufferedOutputStream(out, BUFFER);
        this.writeThrough = writeThrough;
        this.onFailure = onFailure;
    }

    /** @param writeThrough whether each line leaves the process before the call returns */
    JsonLines(OutputStream out, boolean writeThrough) {
        this(out, writeThrough, cause -> {});
    }

    /**
     * Opens a file to add lines to, each of which leaves the process at once.
     *
     * @param option that names the file; the message of a failure to open it, and of what onFailure is told, begins with it
     * @param onFailure is told of the first failure to write
     */
    static JsonLines appendTo(String option, File file, Consumer<? super IOException> onFailure) throws IOException {
        try {
            return new JsonLines(
                    new FileOutputStream(file, true), true, cause -> onFailure.accept(named(option, cause)));
        } catch (IOException e) {
            throw named(option, e);
        }
    }

    private static IOException named(String option, IOException cause) {
        return new IOException(option + ": " + cause.getMessage(), cause);
    }

    synchronized void write(JsonNode node) throws IOException {
        write(Json.bytes(node));
    }

    synchronized void write(MergedObject object) throws IOException {
        stream(object::writeTo);
    }

    /** Writes an object that has another one in its last field. */
    synchronized void write(ObjectNode node, String name, MergedObject last) throws IOException {
        stream(json -> {
            json.writeStartObject();
            for (Map.Entry<String, JsonNode> field : node.properties()) {
                json.writeFieldName(field.getKey());
                json.writeTree(field.getValue());
            }
            json.writeFieldName(name);
            last.writeTo(json);
            json.writeEndObject();
        });
    }

    private interface Content {
        void writeTo(JsonGenerator json) throws IOException;
    }

    private void stream(Content content) throws IOException {
        attempt(() -> {
            try (JsonGenerator json = Json.MAPPER.getFactory().createGenerator(out)) {
                json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
                json.disable(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM);
                content.writeTo(json);
            } catch (IllegalStateException | JoinerException e) {
                throw new IOException("the last line of the output is not whole: " + e.getMessage(), e);
            }
            endLine();
        });
    }

    /** Writes a line that people read. */
    synchronized void writeText(String line) throws IOException {
        write(line.getBytes(StandardCharsets.UTF_8));
    }

    private void write(byte[] line) throws IOException {
        attempt(() -> {
            out.write(line);
            endLine();
        });
    }

    private void endLine() throws IOException {
        out.write('\n');
        if (writeThrough) {
            out.flush();
        }
    }

    /** {@link #write} for callers that may throw no {@link IOException}. */
    void writeUnchecked(JsonNode node) {
        try {
            write(node);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized void flush() throws IOException {
        attempt(out::flush);
    }

    @Override
    public synchronized void close() throws IOException {
        attempt(out::close);
    }

    private interface Write {
        void run() throws IOException;
    }

    private void attempt(Write write) throws IOException {
        if (failure != null) {
            throw new IOException(failure.getMessage(), failure);
        }
        try {
            write.run();
        } catch (IOException e) {
            failure = e;
            onFailure.accept(e);
            throw e;
        }
    }
}

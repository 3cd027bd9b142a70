package dev.joiner.test.servers;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a Redis server, for what it takes to set one up. Each character of a text is a byte, so that keys come
 * through that are no text.
 */
final class RedisConnection implements AutoCloseable {
    /** An error that the server has answered. */
    static final class ErrorReply extends IOException {
        private static final long serialVersionUID = 1;
        private final String reply;

        ErrorReply(String reply) {
            super(reply);
            this.reply = reply;
        }

        @Override
        public String getMessage() {
            return reply;
        }
    }

    private final Socket socket;
    private final DataInputStream in;

    RedisConnection(int port) throws IOException {
        socket = Ports.connect(port);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    }

    /**
     * Returns the reply to a command: a text, a {@link Long}, a list of replies, or null.
     *
     * @throws ErrorReply if the server refuses it
     */
    @Nullable
    Object call(String... command) throws IOException {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(("*" + command.length + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        for (String argument : command) {
            byte[] bytes = argument.getBytes(StandardCharsets.ISO_8859_1);
            request.writeBytes(("$" + bytes.length + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            request.writeBytes(bytes);
            request.writeBytes("\r\n".getBytes(StandardCharsets.ISO_8859_1));
        }
        request.writeTo(socket.getOutputStream());
        return reply();
    }

    private @Nullable Object reply() throws IOException {
        String line = line();
        String rest = line.substring(1);
        return switch (line.charAt(0)) {
            case '+' -> rest;
            case '-' -> throw new ErrorReply(rest);
            case ':' -> Long.valueOf(rest);
            case '$' -> text(Integer.parseInt(rest));
            case '*' -> list(Integer.parseInt(rest));
            default -> throw new IOException("No reply of Redis: " + line);
        };
    }

    private @Nullable String text(int length) throws IOException {
        if (length < 0) {
            return null;
        }
        byte[] bytes = in.readNBytes(length);
        line();
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private List<@Nullable Object> list(int size) throws IOException {
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            list.add(reply());
        }
        return list;
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\r'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("Redis has closed the connection");
            }
            line.write(next);
        }
        in.read(); // the line feed
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

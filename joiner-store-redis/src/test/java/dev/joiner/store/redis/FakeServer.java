package dev.joiner.store.redis;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Speaks as Redis does, and says what it is told to: for what no Redis does at will. */
final class FakeServer implements AutoCloseable {
    private final ServerSocket listening;
    private final Function<List<String>, String> answers;
    private final Set<Socket> clients = ConcurrentHashMap.newKeySet();

    /** @param answers what to say to a command, as it goes over the wire */
    FakeServer(Function<List<String>, String> answers) {
        this.answers = answers;
        try {
            listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start(this::accept);
    }

    static String array(String... texts) {
        StringBuilder array = new StringBuilder("*" + texts.length + "\r\n");
        for (String text : texts) {
            array.append('$').append(text.length()).append("\r\n").append(text).append("\r\n");
        }
        return array.toString();
    }

    int port() {
        return listening.getLocalPort();
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "fake");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listening.accept();
                clients.add(client);
                start(() -> answer(client));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void answer(Socket client) {
        try (client) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                List<String> command = new ArrayList<>();
                for (int i = Integer.parseInt(line.substring(1)); i > 0; i--) {
                    in.readLine(); // the length
                    command.add(in.readLine());
                }
                say(client, answers.apply(command));
            }
        } catch (IOException e) {
            // the client is gone
        }
    }

    /** Says something to all who listen, unasked. */
    void say(String answer) {
        clients.forEach(client -> say(client, answer));
    }

    private static void say(Socket client, String answer) {
        try {
            OutputStream out = client.getOutputStream();
            synchronized (out) {
                out.write(answer.getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException e) {
            // the client is gone
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Socket client : clients) {
            client.close();
        }
    }
}

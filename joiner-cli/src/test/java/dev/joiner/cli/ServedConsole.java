package dev.joiner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.cli.Cli.Ended;
import dev.joiner.cli.Cli.Running;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The command console on a store of its own. */
final class ServedConsole implements AutoCloseable {
    private static final Pattern URL = Pattern.compile("the console is at (\\S+) ");
    private static final Pattern TOKEN = Pattern.compile("its token is (\\S+)\n");

    private final String namespace = UUID.randomUUID().toString();
    private final Running running;

    /** @param options besides those that name the store */
    ServedConsole(String... options) throws IOException {
        List<String> args = new ArrayList<>(List.of("console", "--store", "kept:", "--namespace", namespace));
        args.addAll(List.of(options));
        running = new Running(args.toArray(String[]::new));
        running.awaitErr("the console is at ");
    }

    /** Lets lines arrive that are joined by {@code id}, and whole with {@code a} and {@code b}. */
    void joins(String lines, String... options) {
        Ended ended = Cli.run(lines, joining(options));
        assertThat(ended.status()).as(ended.err()).isZero();
    }

    private String[] joining(String... options) {
        String[] joining = {
            "join", "--key=id", "--require=a,b", "--expire-after=2h", "--store=kept:", "--namespace", namespace
        };
        return with(joining, options);
    }

    /** Lets lines arrive while nothing can be printed, and what they complete is parked. */
    void parks(String lines) {
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("the disk is full");
            }
        };
        Cli.run(lines.getBytes(StandardCharsets.UTF_8), full, joining("--park-after=1"));
    }

    KeptStores.Kept<?, ?> store() {
        return KeptStores.of(namespace);
    }

    String namespace() {
        return namespace;
    }

    URI url() {
        return URI.create(found(URL));
    }

    String token() {
        running.awaitErr("its token is ");
        return found(TOKEN);
    }

    private String found(Pattern pattern) {
        Matcher matcher = pattern.matcher(running.err());
        assertThat(matcher.find()).as(running.err()).isTrue();
        return matcher.group(1);
    }

    Running running() {
        return running;
    }

    /** What a server sent. */
    record Answer(int status, String head, String body) {}

    /** Sends a request as it stands there, so that no client mends it. */
    Answer send(String method, String target, String body, String... headers) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        StringBuilder request = new StringBuilder(method + " " + target + " HTTP/1.1\r\nConnection: close\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        request.append("Content-Length: ").append(bytes.length).append("\r\n\r\n");
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), url().getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(request.toString().getBytes(StandardCharsets.UTF_8));
            out.write(bytes);
            out.flush();
            String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            String[] parts = all.split("\r\n\r\n", 2);
            return new Answer(Integer.parseInt(all.split(" ", -1)[1]), parts[0], parts.length > 1 ? parts[1] : "");
        }
    }

    String authority() {
        return "127.0.0.1:" + url().getPort();
    }

    Answer get(String target, String... headers) throws IOException {
        return send("GET", target, "", with(headers, "Host: " + authority()));
    }

    /** Asks as the page does. */
    Answer ask(String json, String... headers) throws IOException {
        return send(
                "POST",
                "/",
                json.replace('\'', '"').replace("{", "{\"join\":\"" + namespace + "\","),
                with(
                        headers,
                        "Host: " + authority(),
                        "Origin: http://" + authority(),
                        "Content-Type: application/json",
                        "X-Joiner-Console: 1"));
    }

    static String[] with(String[] some, String... others) {
        List<String> all = new ArrayList<>(List.of(some));
        all.addAll(List.of(others));
        return all.toArray(String[]::new);
    }

    @Override
    public void close() throws IOException {
        running.stop();
        running.awaitEnd();
        running.close();
    }
}

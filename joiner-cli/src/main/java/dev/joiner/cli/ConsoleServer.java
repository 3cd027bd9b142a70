package dev.joiner.cli;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.joiner.console.Console;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Carries the console by the JDK's own server. */
final class ConsoleServer implements Closeable {
    private static final String MOST_SECONDS = "sun.net.httpserver.maxReqTime";
    private static final int THREADS = 16;
    /** How long the JDK's server reads a request: it takes one thread for that. */
    private static final String SECONDS_OF_A_REQUEST = "10";

    static {
        // Before the server's own class reads it.
        if (System.getProperty(MOST_SECONDS) == null) {
            System.setProperty(MOST_SECONDS, SECONDS_OF_A_REQUEST);
        }
    }

    private static final int MOST_BYTES = 1 << 16;
    private static final Pattern PORT = Pattern.compile(":[0-9]*$");
    private static final String LOGIN = "/login";
    private static final String TOKEN = "token=";
    private static final int FOUND = 303;
    private static final int BAD_REQUEST = 400;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final int TOO_LARGE = 413;
    private static final int FAILED = 500;

    private final Console console;
    private final HttpServer server;
    private final ExecutorService threads;
    private final Optional<ConsoleToken> token;

    private ConsoleServer(Console console, HttpServer server, ExecutorService threads, Optional<ConsoleToken> token) {
        this.console = console;
        this.server = server;
        this.threads = threads;
        this.token = token;
    }

    /** @param token what a browser has to know; empty if everybody may ask who can reach the address */
    static ConsoleServer start(Console console, InetSocketAddress address, Optional<ConsoleToken> token)
            throws IOException {
        HttpServer server;
        try {
            server = HttpServer.create(address, 0);
        } catch (BindException e) {
            throw new IOException(
                    "--port: cannot listen at " + name(address.getAddress()) + ":" + address.getPort() + ": "
                            + e.getMessage(),
                    e);
        }
        ExecutorService threads = Executors.newFixedThreadPool(THREADS, task -> {
            Thread thread = new Thread(task, "console");
            thread.setDaemon(true);
            return thread;
        });
        ConsoleServer carrier = new ConsoleServer(console, server, threads, token);
        server.createContext("/", carrier::handle);
        server.setExecutor(threads);
        server.start();
        return carrier;
    }

    String url() {
        return "http://" + name(server.getAddress().getAddress()) + ":"
                + server.getAddress().getPort() + "/";
    }

    private static String name(InetAddress address) {
        String text = address.getHostAddress();
        return text.indexOf(':') < 0 ? text : "[" + text + "]";
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Console.Response response;
            try {
                response = answer(exchange);
            } catch (RuntimeException e) {
                response = plain(FAILED, "a bug, please report it: " + e);
            }
            response.headers().forEach(exchange.getResponseHeaders()::set);
            boolean isHead = exchange.getRequestMethod().equals("HEAD");
            byte[] body = response.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(response.status(), isHead || body.length == 0 ? -1 : body.length);
            if (!isHead) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    private Console.Response answer(HttpExchange exchange) throws IOException {
        Headers headers = exchange.getRequestHeaders();
        String authority = Optional.ofNullable(headers.getFirst("Host")).orElse("");
        if (server.getAddress().getAddress().isLoopbackAddress() && !isThisMachine(authority)) {
            return plain(FORBIDDEN, "The header Host is not that of this machine.");
        }
        String path = exchange.getRequestURI().getPath();
        String method = exchange.getRequestMethod();
        boolean logsIn = token.isPresent() && path.equals(LOGIN);
        if (!path.equals("/") && !logsIn) {
            return plain(NOT_FOUND, "There is nothing here.");
        }
        boolean showsToken = logsIn && method.equals("POST");
        boolean isAdmitted = token.isEmpty()
                || token.get().admits(headers.getFirst("Authorization"), headers.getFirst("Cookie"), port());
        if (!isAdmitted && !showsToken) {
            return Console.loginPage(false);
        }
        if (logsIn && !showsToken) {
            return found();
        }
        byte[] body;
        try (InputStream in = exchange.getRequestBody()) {
            body = in.readNBytes(MOST_BYTES + 1);
        }
        if (body.length > MOST_BYTES) {
            return plain(TOO_LARGE, "The request is too large.");
        }
        String text = new String(body, StandardCharsets.UTF_8);
        if (showsToken) {
            return logIn(exchange, authority, text);
        }
        return switch (method) {
            case "GET", "HEAD" -> console.page();
            case "POST" -> {
                Map<String, String> fields;
                try {
                    fields = Console.Request.fields(text);
                } catch (IllegalArgumentException e) {
                    yield plain(BAD_REQUEST, String.valueOf(e.getMessage()));
                }
                yield console.answer(new Console.Request(authority, headers::getFirst, fields));
            }
            default -> plain(METHOD_NOT_ALLOWED, "GET and POST are what can be done here.");
        };
    }

    private Console.Response logIn(HttpExchange exchange, String authority, String form) {
        ConsoleToken secret = token.orElseThrow();
        String guess =
                form.startsWith(TOKEN) ? URLDecoder.decode(form.substring(TOKEN.length()), StandardCharsets.UTF_8) : "";
        if (!Console.isOwn(exchange.getRequestHeaders().getFirst("Origin"), authority) || !secret.isShownBy(guess)) {
            return Console.loginPage(true);
        }
        exchange.getResponseHeaders().set("Set-Cookie", secret.cookie(port()));
        return found();
    }

    private static Console.Response found() {
        return new Console.Response(FOUND, Map.of("Location", "/", "Cache-Control", "no-store"), "");
    }

    private int port() {
        return server.getAddress().getPort();
    }

    /**
     * A page of another site may give its own name the address of this machine, and would be of this origin then. The port may be
     * that of a tunnel.
     */
    private boolean isThisMachine(String authority) {
        String host = PORT.matcher(authority).replaceFirst("");
        return Stream.of(
                        "localhost",
                        "127.0.0.1",
                        "[::1]",
                        name(server.getAddress().getAddress()))
                .anyMatch(host::equalsIgnoreCase);
    }

    private static Console.Response plain(int status, String text) {
        return new Console.Response(
                status,
                Map.of(
                        "Content-Type", "text/plain; charset=utf-8",
                        "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'",
                        "X-Content-Type-Options", "nosniff",
                        "Cache-Control", "no-store"),
                text);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}

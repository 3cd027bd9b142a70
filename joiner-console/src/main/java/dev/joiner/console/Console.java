package dev.joiner.console;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.JoinerException;
import dev.joiner.console.JoinView.Filter;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A web page that shows what waits in stores, and releases or drops it. Knows no server: whatever carries it passes on what a
 * browser sends, and sends back what it is given, with all headers.
 *
 * <p>The page asks at its own URL: {@link #page} answers its GET, {@link #answer} its POST. Who may ask at all is decided by the
 * server. The console itself refuses a POST that does not come from its own page: whose {@code Origin} is another, whose content is not
 * JSON, or which lacks the page's header.
 *
 * <p>Thread-safe.
 *
 * <pre>{@code
 * Console console = Console.of(List.of(orders), true);
 * server.createContext("/", exchange -> {
 *     Console.Response response =
 *             exchange.getRequestMethod().equals("GET") ? console.page() : console.answer(request(exchange));
 *     response.headers().forEach(exchange.getResponseHeaders()::set);
 *     byte[] body = response.body().getBytes(StandardCharsets.UTF_8);
 *     exchange.sendResponseHeaders(response.status(), body.length);
 *     exchange.getResponseBody().write(body);
 *     exchange.close();
 * });
 * }</pre>
 */
public final class Console {
    /** What only the page's own script can send along: a browser asks first before it sends that to another origin. */
    private static final String HEADER = "X-Joiner-Console";

    private static final String JSON = "application/json";

    /** How much of a value is shown. */
    private static final int MOST_CHARACTERS = 100_000;

    private static final int MOST_CHARACTERS_OF_REPORT = 2_000;

    private final Map<String, JoinView<?, ?>> joins = new LinkedHashMap<>();
    private final boolean allowsChanges;
    private final InstantSource clock;

    private Console(Collection<? extends ConsoleJoin<?, ?>> joins, boolean allowsChanges, InstantSource clock) {
        for (ConsoleJoin<?, ?> join : joins) {
            if (this.joins.put(join.name(), new JoinView<>(join)) != null) {
                throw new IllegalArgumentException("joins: two have the name " + join.name());
            }
        }
        this.allowsChanges = allowsChanges;
        this.clock = clock;
    }

    /**
     * Creates a console.
     *
     * @param joins in the order in which they are shown
     * @param allowsChanges whether joins may be released, dropped and reexamined
     * @throws IllegalArgumentException if two joins have the same name
     */
    public static Console of(Collection<? extends ConsoleJoin<?, ?>> joins, boolean allowsChanges) {
        return of(joins, allowsChanges, InstantSource.system());
    }

    /**
     * Creates a console that reads another clock than the system's.
     *
     * @param joins in the order in which they are shown
     * @param allowsChanges whether joins may be released, dropped and reexamined
     * @throws IllegalArgumentException if two joins have the same name
     */
    public static Console of(
            Collection<? extends ConsoleJoin<?, ?>> joins, boolean allowsChanges, InstantSource clock) {
        return new Console(
                Objects.requireNonNull(joins, "joins"), allowsChanges, Objects.requireNonNull(clock, "clock"));
    }

    /**
     * What a browser has sent.
     *
     * @param authority the host and the port that the browser believes it talks to, as in its header {@code Host}
     * @param header returns the header of that name, or null
     * @param fields the members of the JSON object in the body
     */
    public record Request(String authority, UnaryOperator<@Nullable String> header, Map<String, String> fields) {
        public Request {
            fields = Map.copyOf(fields);
        }

        /**
         * Reads a body.
         *
         * @throws IllegalArgumentException if it is not a JSON object whose members are all texts
         */
        public static Map<String, String> fields(String body) {
            return Json.fields(Objects.requireNonNull(body, "body"));
        }

        private String field(String name) {
            return fields.getOrDefault(name, "");
        }

        private String required(String name) {
            String value = fields.get(name);
            if (value == null) {
                throw new IllegalArgumentException(name + " is missing");
            }
            return value;
        }
    }

    /**
     * What a browser is sent.
     *
     * @param status of HTTP
     * @param headers all of them but those that tell of the body's length
     * @param body a text, in UTF-8
     */
    public record Response(int status, Map<String, String> headers, String body) {
        public Response {
            headers = Map.copyOf(headers);
        }

        static Response of(int status, ObjectNode json) {
            return new Response(status, PageText.headers(JSON), Json.text(json));
        }
    }

    /** Returns the page. */
    public Response page() {
        return page(200, PageText.console(bootstrap(allowsChanges)));
    }

    /**
     * Returns a page that asks for a token, and posts it in a form, in its field {@code token}, to {@code login}.
     *
     * @param isRefused whether one was given that is wrong
     */
    public static Response loginPage(boolean isRefused) {
        return page(isRefused ? 403 : 401, PageText.login(isRefused));
    }

    private static Response page(int status, PageText page) {
        return new Response(status, page.headers(), page.html());
    }

    /**
     * Answers what the page asks, in JSON. What goes wrong is an answer, too: refused with status 403, wrongly asked with 400, not
     * there with 404, and failed in the store with 502.
     */
    public Response answer(Request request) {
        try {
            String refusal = refusal(request);
            if (refusal != null) {
                return problem(403, refusal);
            }
            JoinView<?, ?> join = joins.get(request.required("join"));
            return join == null
                    ? problem(404, "there is no join " + request.required("join"))
                    : answer(join, request.required("ask"), request);
        } catch (IllegalArgumentException e) {
            return problem(400, String.valueOf(e.getMessage()));
        } catch (IOException | JoinerException | IllegalStateException e) {
            return problem(502, String.valueOf(e.getMessage()));
        }
    }

    private Response answer(JoinView<?, ?> join, String ask, Request request) throws IOException {
        return switch (ask) {
            case "overview" -> Response.of(200, join.overview(request.fields().get("cursor"), clock.instant()));
            case "list" ->
                Response.of(200, join.list(request.fields().get("cursor"), filter(request), clock.instant()));
            case "oldest" ->
                Response.of(200, join.oldest(request.fields().get("cursor"), filter(request), clock.instant()));
            case "find" -> Response.of(200, join.find(request.required("key"), MOST_CHARACTERS, clock.instant()));
            case "release", "drop", "reexamine" ->
                allowsChanges ? change(join, ask, request) : problem(403, "changes are not allowed here");
            default -> throw new IllegalArgumentException("ask is " + ask + ", which is not known");
        };
    }

    private static Filter filter(Request request) {
        return new Filter(request.field("status"), request.field("missing"), request.field("reason"));
    }

    private Response change(JoinView<?, ?> join, String ask, Request request) throws IOException {
        if (ask.equals("reexamine") && !join.canReexamine()) {
            return problem(403, "it is not known what makes a join whole");
        }
        if (ask.equals("drop") && join.refusalToDrop().isPresent()) {
            return problem(403, join.refusalToDrop().get());
        }
        return Response.of(
                200,
                switch (ask) {
                    case "release" -> join.release(request.required("key"));
                    case "drop" -> join.drop(request.required("key"), clock.instant());
                    default -> join.reexamine();
                });
    }

    private static @Nullable String refusal(Request request) {
        String type = request.header().apply("Content-Type");
        if (type == null || !type.split(";", 2)[0].strip().equalsIgnoreCase(JSON)) {
            return "the content is not JSON";
        }
        if (request.header().apply(HEADER) == null) {
            return "the header " + HEADER + " is missing";
        }
        return isOwn(request.header().apply("Origin"), request.authority())
                ? null
                : "the header Origin is not that of this page";
    }

    /**
     * Tells whether a browser's page came from here. A page of another site that makes a browser send something cannot change this.
     *
     * @param origin the header {@code Origin}, null if there is none
     * @param authority the host and the port that the browser believes it talks to, as in its header {@code Host}
     */
    public static boolean isOwn(@Nullable String origin, String authority) {
        String own = authority.toLowerCase(Locale.ROOT);
        return origin != null && (origin.equals("http://" + own) || origin.equals("https://" + own));
    }

    private static Response problem(int status, String problem) {
        return Response.of(status, Json.object().put("error", problem));
    }

    private ObjectNode bootstrap(boolean changes) {
        ObjectNode data = Json.object();
        data.put("changes", changes);
        ArrayNode names = data.putArray("joins");
        joins.forEach((name, join) -> {
            ObjectNode shown = names.addObject().put("name", name).put("reexamine", join.canReexamine());
            join.refusalToDrop().ifPresent(reason -> shown.put("noDrop", reason));
        });
        return data;
    }

    /**
     * Returns the page as HTML that needs no server, with the data in it: the whole of each store counted, and of its joins those that
     * failed, are parked or cannot be read, and then the oldest. Reads the whole store.
     *
     * @param limit how many joins of each store are shown; at least 1
     * @param showsValues whether the beginnings of the values are in it
     */
    public String report(int limit, boolean showsValues) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit is " + limit + ", must be at least 1");
        }
        ObjectNode data = bootstrap(false);
        data.put("now", clock.instant().toString());
        ObjectNode reports = data.putObject("reports");
        joins.forEach((name, join) ->
                reports.set(name, join.report(limit, showsValues ? MOST_CHARACTERS_OF_REPORT : 0, clock.instant())));
        return PageText.report(data).html();
    }
}

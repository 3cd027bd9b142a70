package dev.joiner.spring.boot;

import dev.joiner.KeyCodec;
import dev.joiner.KeyedJoiner;
import dev.joiner.PendingJoin;
import dev.joiner.console.Console;
import dev.joiner.console.ConsoleJoin;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.util.MimeTypeUtils;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/**
 * The console as an endpoint of the actuator. Its page asks by POST, so that no key is in a URL; what it may change is what the
 * endpoint {@code joins} may.
 */
@WebEndpoint(id = "joinsconsole", defaultAccess = Access.UNRESTRICTED)
final class JoinsConsoleEndpoint {
    private static final String HTML = "text/html;charset=UTF-8";
    private static final int FORBIDDEN = 403;
    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    private final Joins joins;
    private final boolean showsValues;
    private final boolean allowsChanges;
    private final Optional<String> refusal;

    /**
     * @param ofJoins what the endpoint {@code joins} may do, if anything
     * @param own what this one may do
     */
    JoinsConsoleEndpoint(Joins joins, boolean showsValues, Access ofJoins, Access own) {
        this.joins = joins;
        this.showsValues = showsValues;
        allowsChanges = ofJoins == Access.UNRESTRICTED;
        if (ofJoins == Access.NONE) {
            refusal = Optional.of("The endpoint joins gives no access, so the console does not either.");
        } else if (own != Access.UNRESTRICTED) {
            refusal = Optional.of("The page asks by POST, which management.endpoint.joinsconsole.access has to allow"
                    + " (unrestricted). It changes only what the endpoint joins may.");
        } else {
            refusal = Optional.empty();
        }
    }

    /** Joiners may be made after the endpoint is. */
    private Console console() {
        return Console.of(
                joins.all().stream()
                        .map(join -> new ConsoledJoin<>(join, showsValues))
                        .toList(),
                allowsChanges);
    }

    /** The page. */
    @ReadOperation(produces = HTML)
    public WebEndpointResponse<byte[]> page() {
        if (refusal.isPresent()) {
            return new WebEndpointResponse<>(
                    refusal.get().getBytes(StandardCharsets.UTF_8), FORBIDDEN, MimeTypeUtils.TEXT_PLAIN);
        }
        Console.Response page = console().page();
        return new WebEndpointResponse<>(body(page), page.status(), MimeTypeUtils.parseMimeType(HTML));
    }

    /** What the page asks, see {@link Console#answer}. */
    @WriteOperation(produces = MimeTypeUtils.APPLICATION_JSON_VALUE)
    public WebEndpointResponse<byte[]> answer(
            @Nullable String join,
            @Nullable String ask,
            @Nullable String key,
            @Nullable String cursor,
            @Nullable String status,
            @Nullable String missing,
            @Nullable String reason) {
        if (refusal.isPresent()) {
            String problem =
                    "{\"error\":\"" + refusal.get() + "\"}"; // as the console's own; no character needs an escape
            return new WebEndpointResponse<>(
                    problem.getBytes(StandardCharsets.UTF_8), FORBIDDEN, MimeTypeUtils.APPLICATION_JSON);
        }
        Map<String, String> fields = new HashMap<>();
        put(fields, "join", join);
        put(fields, "ask", ask);
        put(fields, "key", key);
        put(fields, "cursor", cursor);
        put(fields, "status", status);
        put(fields, "missing", missing);
        put(fields, "reason", reason);
        HttpServletRequest request = attributes().getRequest();
        Console.Response answer = console().answer(new Console.Request(authority(request), request::getHeader, fields));
        return new WebEndpointResponse<>(body(answer), answer.status(), MimeTypeUtils.APPLICATION_JSON);
    }

    private static void put(Map<String, String> fields, String name, @Nullable String value) {
        if (value != null) {
            fields.put(name, value);
        }
    }

    /** As the browser sees it, where the application is told what a proxy has changed. */
    private static String authority(HttpServletRequest request) {
        int port = request.getServerPort();
        return port == (request.isSecure() ? HTTPS : HTTP)
                ? request.getServerName()
                : request.getServerName() + ":" + port;
    }

    /** Sets the headers, too: an endpoint cannot return them. */
    private static byte[] body(Console.Response response) {
        HttpServletResponse sent = Objects.requireNonNull(attributes().getResponse());
        response.headers().forEach(sent::setHeader);
        return response.body().getBytes(StandardCharsets.UTF_8);
    }

    private static ServletRequestAttributes attributes() {
        return (ServletRequestAttributes) RequestContextHolder.currentRequestAttributes();
    }

    private record ConsoledJoin<K, V>(Join<K, V> join, boolean showsValues) implements ConsoleJoin<K, V> {
        @Override
        public String name() {
            return join.name();
        }

        @Override
        public KeyedJoiner<?, K, V, ?> joiner() {
            return join.joiner();
        }

        @Override
        public KeyCodec<K> keys() {
            return join.config().keys();
        }

        @Override
        public boolean writeValue(PendingJoin<K, V> pending, Writer out) throws IOException {
            String value = JoinsEndpoint.value(join, pending);
            if (value != null) {
                out.write(value);
            }
            return value != null;
        }
    }
}

package dev.joiner.spring.boot;

import dev.joiner.JoinerException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.core.convert.ConversionException;

/**
 * The endpoint {@code joins} over HTTP. Says in the body why a request was refused or failed: of an exception, Spring Boot sends the
 * status alone, unless {@code server.error.include-message} says otherwise. For the same reason it reads numbers and times itself.
 */
@EndpointWebExtension(endpoint = JoinsEndpoint.class)
final class JoinsEndpointWebExtension {
    private static final Log LOG = LogFactory.getLog(JoinsEndpointWebExtension.class);
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;
    private static final int BAD_GATEWAY = 502;

    private final JoinsEndpoint endpoint;

    JoinsEndpointWebExtension(JoinsEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** Why there is no other answer; with the names that Spring Boot's own errors have. */
    record Problem(int status, String message) {}

    /** As {@link JoinsEndpoint#pending}. */
    @ReadOperation
    public WebEndpointResponse<Object> pending(
            @Selector String join,
            @Nullable String key,
            @Nullable String olderThan,
            @Nullable String cursor,
            @Nullable String limit) {
        return answer(join, () -> endpoint.pending(join, key, duration(olderThan), cursor, number(limit)));
    }

    /** As {@link JoinsEndpoint#act}. */
    @WriteOperation
    public WebEndpointResponse<Object> act(@Selector String join, @Nullable String action, @Nullable String key) {
        return answer(join, () -> endpoint.act(join, required(action), key));
    }

    private static WebEndpointResponse<Object> answer(String join, Supplier<@Nullable Object> work) {
        try {
            return Optional.ofNullable(work.get())
                    .map(WebEndpointResponse::new)
                    .orElseGet(() -> problem(NOT_FOUND, "there is no join " + join));
        } catch (InvalidEndpointRequestException e) {
            return problem(BAD_REQUEST, String.valueOf(e.getReason()));
        } catch (JoinerException | IllegalStateException e) {
            LOG.warn("The endpoint joins could not answer", e);
            return problem(BAD_GATEWAY, String.valueOf(e.getMessage()));
        }
    }

    private static WebEndpointResponse<Object> problem(int status, String message) {
        return new WebEndpointResponse<>(new Problem(status, message), status);
    }

    private static String required(@Nullable String action) {
        if (action == null) {
            throw bad("action is missing, must be release, drop or reexamine");
        }
        return action;
    }

    private static @Nullable Integer number(@Nullable String limit) {
        try {
            return limit == null ? null : Integer.valueOf(limit);
        } catch (NumberFormatException e) {
            throw bad("limit is " + limit + ", must be a number");
        }
    }

    private static @Nullable Duration duration(@Nullable String text) {
        if (text != null && text.isBlank()) {
            throw bad("olderThan is empty, must be a duration, as 90m or PT1H30M");
        }
        try {
            return ApplicationConversionService.getSharedInstance().convert(text, Duration.class);
        } catch (ConversionException e) {
            throw bad("olderThan is " + text + ", must be a duration, as 90m or PT1H30M");
        }
    }

    private static InvalidEndpointRequestException bad(String problem) {
        return new InvalidEndpointRequestException(problem, problem);
    }
}

package dev.joiner.kafka.streams;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.joiner.Cause;
import dev.joiner.HandOver;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * What the headers of a record say about the hand-over that it comes from.
 *
 * <p>All are texts in UTF-8, so that any tool shows them: {@code joiner-format} is the version of the others, 1; then come
 * {@code joiner-cause}, {@code joiner-attempt}, {@code joiner-parts}, {@code joiner-first-at} (ISO 8601), {@code joiner-token}, and
 * {@code joiner-error}. A record that was not handed over, a late one say, has those that apply. Later versions read this format.
 *
 * @param cause why the join was handed over; empty if the record is a message
 * @param attempt which attempt it was, from 1; 0 if the record is a message
 * @param parts how many messages are in the join; 0 if the record is a message
 * @param firstAt when the first of them came
 * @param token the fencing token of the hand-over: what writes to other systems behind the output topic can refuse to
 *     write twice by it. 0 if the record is a message
 * @param error what the last attempt threw, or why a message was refused
 */
public record JoinHeaders(
        Optional<Cause> cause, int attempt, int parts, Optional<Instant> firstAt, long token, Optional<String> error) {
    private static final String FORMAT = "joiner-format";
    private static final String CAUSE = "joiner-cause";
    private static final String ATTEMPT = "joiner-attempt";
    private static final String PARTS = "joiner-parts";
    private static final String FIRST_AT = "joiner-first-at";
    private static final String TOKEN = "joiner-token";
    private static final String ERROR = "joiner-error";
    private static final String VERSION = "1";

    /**
     * Reads the headers of a record that a join has forwarded.
     *
     * @throws IllegalArgumentException if they are of another version, or if there are none
     */
    public static JoinHeaders of(Headers headers) {
        String version = text(Objects.requireNonNull(headers, "headers"), FORMAT);
        if (!VERSION.equals(version)) {
            throw new IllegalArgumentException("the header " + FORMAT + " is " + version + ", must be " + VERSION);
        }
        return new JoinHeaders(
                Optional.ofNullable(text(headers, CAUSE)).map(Cause::valueOf),
                Optional.ofNullable(text(headers, ATTEMPT))
                        .map(Integer::valueOf)
                        .orElse(0),
                Optional.ofNullable(text(headers, PARTS)).map(Integer::valueOf).orElse(0),
                Optional.ofNullable(text(headers, FIRST_AT)).map(Instant::parse),
                Optional.ofNullable(text(headers, TOKEN)).map(Long::valueOf).orElse(0L),
                Optional.ofNullable(text(headers, ERROR)));
    }

    private static @Nullable String text(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        return header == null ? null : new String(header.value(), UTF_8);
    }

    static void write(Headers headers, HandOver<?> handOver) {
        put(headers, FORMAT, VERSION);
        put(headers, CAUSE, handOver.cause().name());
        put(headers, ATTEMPT, Integer.toString(handOver.attempt()));
        put(headers, PARTS, Integer.toString(handOver.parts()));
        put(headers, FIRST_AT, handOver.firstAt().toString());
        put(headers, TOKEN, Long.toString(handOver.token()));
        writeError(headers, handOver.lastError().orElse(null));
    }

    static void write(Headers headers, @Nullable String error) {
        for (String name : new String[] {CAUSE, ATTEMPT, PARTS, FIRST_AT, TOKEN}) {
            headers.remove(name); // of a join that is before this one
        }
        put(headers, FORMAT, VERSION);
        writeError(headers, error);
    }

    private static void writeError(Headers headers, @Nullable String error) {
        headers.remove(ERROR);
        if (error != null) {
            put(headers, ERROR, error);
        }
    }

    private static void put(Headers headers, String name, String value) {
        headers.remove(name).add(name, value.getBytes(UTF_8));
    }
}

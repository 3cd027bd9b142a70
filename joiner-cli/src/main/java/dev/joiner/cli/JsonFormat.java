package dev.joiner.cli;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Lines that are JSON objects. */
final class JsonFormat implements Format {
    private static final Pattern ADVICE =
            Pattern.compile(" \\(start marker at .*| for `ObjectNode`: .*|: enable `.*|: not allowed when .*");

    private boolean isFirst = true;

    @Override
    public ObjectNode parse(CharBuffer line) throws UnusableLineException {
        boolean mayBeHead = isFirst;
        isFirst = false;
        char[] text = line.array();
        try (JsonParser parser = Json.MAPPER.getFactory().createParser(text, 0, line.limit())) {
            JsonToken first = parser.nextToken();
            if (first != JsonToken.START_OBJECT) {
                throw new UnusableLineException("no JSON object" + (first == null ? "" : ", but " + kind(first)));
            }
            ObjectNode object = Json.MAPPER.readTree(parser);
            if (parser.nextToken() != null) {
                throw new UnusableLineException("something follows the JSON object");
            }
            if (mayHoldSurrogates(line) && holdsUnpairedSurrogate(object)) {
                throw new UnusableLineException("an unpaired surrogate, which UTF-8 cannot write");
            }
            return object;
        } catch (JsonProcessingException e) {
            String column =
                    e.getLocation() == null ? "" : " (column " + e.getLocation().getColumnNr() + ")";
            throw new UnusableLineException(
                    "no JSON object: " + withoutAdvice(e.getOriginalMessage()) + column, hint(e, line, mayBeHead));
        } catch (IOException | ArithmeticException | NumberFormatException e) {
            throw new UnusableLineException("no JSON object: " + e.getMessage());
        }
    }

    private static String kind(JsonToken token) {
        return switch (token) {
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a text";
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
            default -> token.asString();
        };
    }

    /** The parser's advice is for programmers, and it counts lines from the beginning of this one. */
    private static String withoutAdvice(String message) {
        return ADVICE.matcher(message).replaceAll("");
    }

    private static @Nullable Hint hint(JsonProcessingException problem, CharBuffer line, boolean mayBeHead) {
        if (problem instanceof JsonEOFException && goesOn(line.toString().stripTrailing())) {
            return Hint.SEVERAL_LINES;
        }
        return mayBeHead && Hint.isTableHead(line) ? Hint.TABLE : null;
    }

    /** Whether the line ends where an object goes on that stands on several. */
    private static boolean goesOn(String line) {
        return line.endsWith("{") || line.endsWith("[") || line.endsWith(",");
    }

    /** UTF-8 has no surrogates, so only escapes bring them in. */
    private static boolean mayHoldSurrogates(CharBuffer line) {
        char[] text = line.array();
        for (int i = 0; i + 2 < line.limit(); i++) {
            if (text[i] == '\\' && text[i + 1] == 'u' && (text[i + 2] | 0x20) == 'd') {
                return true;
            }
        }
        return false;
    }

    private static boolean holdsUnpairedSurrogate(JsonNode node) {
        if (node.isTextual()) {
            return isUnpaired(node.textValue());
        }
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            if (isUnpaired(field.getKey()) || holdsUnpairedSurrogate(field.getValue())) {
                return true;
            }
        }
        if (node.isArray()) {
            for (JsonNode element : node) {
                if (holdsUnpairedSurrogate(element)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isUnpaired(String text) {
        return !StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }
}

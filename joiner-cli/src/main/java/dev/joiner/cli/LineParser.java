package dev.joiner.cli;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.KeyCodec;
import dev.joiner.cli.Input.Position;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes JSON objects with a key out of lines, and says what is wrong with those that are none. Not thread-safe. */
final class LineParser {
    private final FieldPath key;
    private final @Nullable FieldPath id;
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
    private CharBuffer chars = CharBuffer.allocate(1 << 16);

    LineParser(FieldPath key, @Nullable FieldPath id) {
        this.key = key;
        this.id = id;
    }

    /** What the reader's line comes to; null if it is blank. */
    @Nullable
    Input parse(String file, LineReader reader) {
        ByteBuffer line = reader.line();
        if (reader.number() == 1) {
            skipByteOrderMark(line);
        }
        Position at = new Position(file, reader.number());
        try {
            if (reader.isTooLong()) {
                throw new Unusable("the line is too long");
            }
            if (isBlank(line)) {
                return null;
            }
            decode(line.duplicate());
            ObjectNode object = parse();
            return new Line(at, text("key", key, object), id == null ? null : text("id", id, object), object);
        } catch (Unusable e) {
            return new Rejection(at, e.reason, shown(line));
        }
    }

    private static void skipByteOrderMark(ByteBuffer line) {
        int at = line.position();
        if (line.remaining() >= 3
                && line.get(at) == (byte) 0xEF
                && line.get(at + 1) == (byte) 0xBB
                && line.get(at + 2) == (byte) 0xBF) {
            line.position(at + 3);
        }
    }

    private static boolean isBlank(ByteBuffer line) {
        for (int i = line.position(); i < line.limit(); i++) {
            byte b = line.get(i);
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }

    /** Decodes strictly. Jackson would guess at UTF-16 and overlook some bytes that are no UTF-8. */
    private void decode(ByteBuffer line) throws Unusable {
        int start = line.position();
        if (chars.capacity() < line.remaining()) {
            chars = CharBuffer.allocate(line.remaining());
        }
        chars.clear();
        utf8.reset();
        CoderResult result = utf8.decode(line, chars, true);
        if (result.isError()) {
            throw new Unusable("no UTF-8 at byte " + (line.position() - start + 1));
        }
        chars.flip();
    }

    private ObjectNode parse() throws Unusable {
        try (JsonParser parser = Json.MAPPER.getFactory().createParser(chars.array(), 0, chars.limit())) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new Unusable("no JSON object");
            }
            ObjectNode object = Json.MAPPER.readTree(parser);
            if (parser.nextToken() != null) {
                throw new Unusable("something follows the JSON object");
            }
            if (mayHoldSurrogates() && holdsUnpairedSurrogate(object)) {
                throw new Unusable("an unpaired surrogate, which UTF-8 cannot write");
            }
            return object;
        } catch (JsonProcessingException e) {
            String column =
                    e.getLocation() == null ? "" : " (column " + e.getLocation().getColumnNr() + ")";
            throw new Unusable("no JSON object: " + e.getOriginalMessage() + column);
        } catch (IOException | ArithmeticException | NumberFormatException e) {
            throw new Unusable("no JSON object: " + e.getMessage());
        }
    }

    /** UTF-8 has no surrogates, so only escapes bring them in. */
    private boolean mayHoldSurrogates() {
        char[] text = chars.array();
        for (int i = 0; i + 2 < chars.limit(); i++) {
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

    /** The text of a string, a number or a boolean: what reads the same is the same key. */
    private static String text(String what, FieldPath path, ObjectNode object) throws Unusable {
        JsonNode node = path.in(object);
        if (node == null) {
            throw new Unusable("no " + what + ": " + path + " is missing");
        }
        if (!node.isValueNode() || node.isNull()) {
            throw new Unusable("no " + what + ": " + path + " is "
                    + node.getNodeType().name().toLowerCase(Locale.ROOT));
        }
        try {
            return KeyCodec.checked(what + " " + path, node.asText());
        } catch (IllegalArgumentException e) {
            throw new Unusable(String.valueOf(e.getMessage()));
        }
    }

    private static String shown(ByteBuffer line) {
        return StandardCharsets.UTF_8.decode(line.duplicate()).toString().stripTrailing();
    }

    /** Thrown for a line that cannot be used, and caught where the line is known. */
    private static final class Unusable extends Exception {
        private static final long serialVersionUID = 1L;

        final String reason;

        Unusable(String reason) {
            super(reason, null, false, false);
            this.reason = reason;
        }
    }
}

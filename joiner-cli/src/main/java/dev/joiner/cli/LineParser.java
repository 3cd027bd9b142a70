package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.cli.Input.Position;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes objects with a key out of the lines of one input, and says what is wrong with those that are none. Not thread-safe. */
final class LineParser {
    private final String file;
    private final Format format;
    private final LineFields fields;
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
    private CharBuffer chars = CharBuffer.allocate(1 << 16);

    /** What to take out of each line; the id and the time are null if they are not asked for. */
    record LineFields(
            KeyFields key, @Nullable KeyFields id, @Nullable EventTime time) {}

    LineParser(String file, Format format, LineFields fields) {
        this.file = file;
        this.format = format;
        this.fields = fields;
    }

    /** What the reader's line comes to; null if it is blank, or none to be joined. */
    @Nullable
    Input parse(LineReader reader) throws IOException {
        ByteBuffer line = reader.line();
        if (reader.number() <= 1) {
            skipByteOrderMark(line);
        }
        Position at = new Position(file, reader.number());
        try {
            if (reader.isTooLong()) {
                throw new UnusableLineException(
                        "the line is too long: more than " + Size.text(reader.longest()) + " (--max-line)");
            }
            if (isBlank(line)) {
                return null;
            }
            decode(line.duplicate());
            ObjectNode object = format.parse(chars);
            return object == null ? null : line(at, object);
        } catch (UnusableLineException e) {
            return new Rejection(at, e.reason(), shown(line), Hint.isUtf16(line) ? Hint.UTF_16 : e.hint());
        }
    }

    private Line line(Position at, ObjectNode object) throws UnusableLineException {
        Optional<String> reserved = MergedObject.reservedNameIn(object);
        if (reserved.isPresent()) {
            throw new UnusableLineException("has a field " + reserved.get() + ", a name that is Joiner's own");
        }
        return new Line(
                at,
                fields.key().in(object),
                fields.id() == null ? null : fields.id().in(object),
                fields.time() == null ? null : fields.time().in(object),
                object);
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
            if (b != ' ' && b != '\t' && b != '\r' && b != '\n') {
                return false;
            }
        }
        return true;
    }

    /** Decodes strictly. Jackson would guess at UTF-16 and overlook some bytes that are no UTF-8. */
    private void decode(ByteBuffer line) throws UnusableLineException {
        int start = line.position();
        if (chars.capacity() < line.remaining()) {
            chars = CharBuffer.allocate(line.remaining());
        }
        chars.clear();
        utf8.reset();
        CoderResult result = utf8.decode(line, chars, true);
        if (result.isError()) {
            Hint hint = Hint.ofBytes(line.duplicate().position(start));
            throw new UnusableLineException("no UTF-8 at byte " + (line.position() - start + 1), hint);
        }
        chars.flip();
    }

    private static String shown(ByteBuffer line) {
        return StandardCharsets.UTF_8.decode(line.duplicate()).toString().stripTrailing();
    }
}

package dev.joiner.merge;

import dev.joiner.Codec;
import dev.joiner.merge.Part.Stored;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parts one after the other, each as its own codec writes it.
 *
 * <p>The first line is {@code parts 1}, the number being that of the format, and since when they are complete if they say so. Of each
 * part, a line with its name and the number of its bytes, then these, then the end of the line. A collected part whose messages have
 * a codec comes once for each of them.
 */
final class PartsCodec implements Codec<Parts> {
    private static final Pattern HEAD = Pattern.compile("parts 1(?: (\\S+))?");
    private static final Pattern PART = Pattern.compile("(\\S+) (\\d{1,10})");

    private final PartsMerge merge;
    private final Map<String, Stored> stored = new LinkedHashMap<>();

    PartsCodec(PartsMerge merge) {
        this.merge = merge;
        for (Part<?> part : merge.parts()) {
            stored.put(
                    part.name(),
                    part.stored()
                            .orElseThrow(() -> new IllegalStateException(
                                    "codec: part \"" + part.name() + "\" has no codec, see storedBy")));
        }
    }

    @Override
    public boolean isText() {
        return stored.values().stream().allMatch(part -> part.codec().isText());
    }

    @Override
    public boolean isLossless() {
        return stored.values().stream().allMatch(part -> part.codec().isLossless());
    }

    @Override
    public byte[] encode(Parts value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        line(out, "parts 1" + value.completeSince().map(since -> " " + since).orElse(""));
        value.toMap().forEach((name, part) -> {
            Stored as = stored.get(name);
            if (as == null) {
                throw new IllegalArgumentException("part \"" + name + "\" is none of the parts " + merge.parts());
            }
            for (Object element : as.ofElements() ? (List<?>) part : List.of(part)) {
                byte[] bytes = as.codec().encode(element);
                line(out, name + " " + bytes.length);
                out.writeBytes(bytes);
                out.write('\n');
            }
        });
        return out.toByteArray();
    }

    private static void line(ByteArrayOutputStream out, String text) {
        out.writeBytes((text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public Parts decode(byte[] bytes) {
        Input in = new Input(bytes);
        Matcher head = in.line(HEAD);
        String since = head.group(1);
        Map<String, Object> parts = new LinkedHashMap<>();
        Map<String, List<Object>> lists = new LinkedHashMap<>();
        while (in.hasMore()) {
            Matcher part = in.line(PART);
            String name = part.group(1);
            Stored as = stored.get(name);
            if (as == null) {
                throw new IllegalArgumentException("part \"" + name + "\" is none of the parts " + merge.parts());
            }
            Object value = as.codec().decode(in.bytes(Long.parseLong(part.group(2))));
            if (as.ofElements()) {
                lists.computeIfAbsent(name, first -> new ArrayList<>()).add(value);
            } else if (parts.put(name, value) != null) {
                throw new IllegalArgumentException("part \"" + name + "\" is there twice");
            }
        }
        lists.forEach((name, list) -> parts.put(name, List.copyOf(list)));
        return merge.restored(parts, since == null ? null : Instant.parse(since));
    }

    private static final class Input {
        private final byte[] bytes;
        private int position;

        Input(byte[] bytes) {
            this.bytes = bytes;
        }

        boolean hasMore() {
            return position < bytes.length;
        }

        Matcher line(Pattern pattern) {
            int end = position;
            while (end < bytes.length && bytes[end] != '\n') {
                end++;
            }
            String line = new String(bytes, position, end - position, StandardCharsets.UTF_8);
            Matcher matcher = pattern.matcher(line);
            if (!matcher.matches()) {
                throw new IllegalArgumentException("these are not parts, at byte " + position);
            }
            position = end + 1;
            return matcher;
        }

        byte[] bytes(long length) {
            if (length >= bytes.length - position || bytes[(int) (position + length)] != '\n') {
                throw new IllegalArgumentException("these are not parts, at byte " + position);
            }
            byte[] part = Arrays.copyOfRange(bytes, position, (int) (position + length));
            position += (int) length + 1;
            return part;
        }
    }
}

package dev.joiner.store.documents;

import dev.joiner.store.documents.DocumentDatabase.Head;
import dev.joiner.store.documents.DocumentDatabase.Item;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

// snippet:document-store-appointment
/**
 * An item of the due index: it announces one write of an entry, and is written before the entry is.
 *
 * @param at when the new state is due
 * @param version of the new state
 * @param replaced the version that the write expects, null if it begins the key
 */
record Appointment(
        String text, long at, long version, @Nullable Long replaced) {

    /** Sorts items by time. Two writes never share an item, as they do not share a version. */
    String key() {
        return from(at) + HexFormat.of().toHexDigits(version) + text;
    }

    /** Whether the key holds what was announced. */
    boolean isKept(@Nullable Head held) {
        return held != null && held.version() == version;
    }

    /** Whether the key holds something else, and what was announced can never be written: a version does not come back. */
    boolean isOver(@Nullable Head held) {
        return replaced != null && (held == null || (held.version() != version && held.version() != replaced));
    }

    /** The key that is before all that are due at that time or later. */
    static String from(long at) {
        return HexFormat.of().toHexDigits(at ^ Long.MIN_VALUE); // the least of all numbers is the first of all texts
    }

    /** The key that is behind all that are due at that time or earlier. */
    static String upTo(long at) {
        return from(at) + '~';
    }
    // end:document-store-appointment

    Item item() {
        byte[] bytes = replaced == null
                ? new byte[0]
                : ByteBuffer.allocate(Long.BYTES).putLong(replaced).array();
        return new Item(key(), version, bytes);
    }

    static Appointment of(Item item) {
        long at = HexFormat.fromHexDigitsToLong(item.key(), 0, 16) ^ Long.MIN_VALUE;
        Long replaced = item.bytes().length == 0
                ? null
                : (Long) ByteBuffer.wrap(item.bytes()).getLong();
        return new Appointment(item.key().substring(32), at, item.version(), replaced);
    }
}

package dev.joiner.spi;

import dev.joiner.Cause;
import dev.joiner.Codec;
import dev.joiner.CodecException;
import dev.joiner.internal.SafeText;
import dev.joiner.spi.JoinState.Closed;
import dev.joiner.spi.JoinState.Ended;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Flight.Status;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinState.KeptIds;
import dev.joiner.spi.JoinState.Last;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Turns states into bytes and back, for stores that hold bytes: one format for all of them, with a version and a checksum.
 *
 * <p>Thread-safe. The first byte is the version of the format, 3; the next four are the CRC-32C of all bytes after them. Then
 * comes the length of the head, the head, and the value of the oldest join as its codec wrote it, up to the end: whoever looks at
 * the bytes with other tools finds it there. The head has all else: integers of variable length (seven bits a byte, the lowest
 * first), and texts and other values behind their length. Later versions of this class read this format. No length that is read is
 * believed before it is compared with the bytes that are there.
 */
public final class StateCodec<V> {
    private static final byte VERSION = 3;
    private static final int CHECKED_FROM = 1 + Integer.BYTES;

    private static final int HAS_OPEN = 1;
    private static final int HAS_CLOSED = 2;
    private static final int HAS_ENDED = 4;

    private static final int HAS_DEADLINE = 1;
    private static final int HAS_IDLE = 2;
    private static final int JOINED_BEFORE = 4;
    private static final int HAS_COLLECTED = 8;
    private static final int IS_STORED = 16;

    /** The codes of causes and statuses are part of the format; the order of the enums is not. */
    private static final List<Cause> CAUSES = List.of(Cause.COMPLETE, Cause.EXPIRED, Cause.EVICTED, Cause.FORCED);

    private static final List<Status> STATUSES =
            List.of(Status.CLAIMED_ALONE, Status.CLAIMED_TOGETHER, Status.THREW, Status.GIVEN_BACK, Status.PARKED);

    /** The most that a flight adds to its join: numbers, and an error of 500 characters of three bytes. */
    private static final int FLIGHT_ROOM = 1_600;
    /** The most that a join adds to a memory beside its ids. */
    private static final int MEMORY_ROOM = 16;
    /** The most that an end takes of a join whose parts are in the store: six numbers, and how many there are. */
    private static final int ENDED_ROOM = 52;
    /** The most that a memory takes beside what joins add to it. */
    private static final int CLOSED_ROOM = 48;

    /** The most that a length takes: that of the head, and that of each value, as any may come to stand in the head. */
    private static final int MAX_LENGTH_BYTES = 5;

    /** The most that a number takes, seven bits a byte. */
    private static final int MAX_NUMBER_BYTES = 10;

    private final Codec<V> values;

    public StateCodec(Codec<V> values) {
        this.values = values;
    }

    /**
     * Bytes of a state.
     *
     * @param room how many bytes hand-overs of the state's joins may add, from here to their end; what a hand-over does never
     *     makes {@code bytes.length + room} greater
     * @param newest the bytes of the newest value: the open one, or else that of the last flight; empty if there is none
     */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares or changes the bytes
    record Encoded(byte[] bytes, int room, byte[] newest) {}

    /**
     * Encodes a state.
     *
     * @param key its key's text, for the message of the exception
     * @throws CodecException if the codec of the values throws
     */
    public byte[] encode(String key, JoinState<V> state) {
        return encoded(key, state).bytes;
    }

    Encoded encoded(String key, JoinState<V> state) {
        try {
            Out head = new Out();
            int room = state.closed() == null ? CLOSED_ROOM : 0;
            byte[] newest = {};
            head.number(state.token());
            room += MAX_NUMBER_BYTES - head.size();
            head.number((state.open() == null ? 0 : HAS_OPEN)
                    | (state.closed() == null ? 0 : HAS_CLOSED)
                    | (state.ended().isEmpty() ? 0 : HAS_ENDED));
            head.number(state.inFlight().size());
            for (Flight<V> flight : state.inFlight()) {
                newest = values.encode(flight.join().value());
                room += MAX_LENGTH_BYTES - head.value(newest);
                write(head, flight.join());
                int joinEnds = head.size();
                write(head, flight);
                room += Math.max(0, FLIGHT_ROOM - (head.size() - joinEnds)) + roomOfEnd(flight.join());
            }
            if (state.open() != null) {
                newest = values.encode(state.open().value());
                room += MAX_LENGTH_BYTES - head.value(newest) + FLIGHT_ROOM + roomOfEnd(state.open());
                write(head, state.open());
            }
            if (state.closed() != null) {
                write(head, state.closed());
            }
            if (!state.ended().isEmpty()) {
                write(head, state.ended());
            }
            Out length = new Out();
            room += MAX_LENGTH_BYTES - length.number(head.size());
            return new Encoded(assembled(length, head), room, newest);
        } catch (Throwable e) { // an Error of a codec is no more than one of an entry
            throw new CodecException(key, "cannot be written: " + SafeText.messageOf(e), e);
        }
    }

    private static int roomOfEnd(Join<?> join) {
        return MEMORY_ROOM + (join.collected() instanceof StoredParts ? ENDED_ROOM : 0);
    }

    private static byte[] assembled(Out length, Out head) {
        byte[] value = head.oldest == null ? new byte[0] : head.oldest;
        ByteBuffer bytes = ByteBuffer.allocate(CHECKED_FROM + length.size() + head.size() + value.length);
        bytes.put(VERSION)
                .putInt(0)
                .put(length.toByteArray())
                .put(head.toByteArray())
                .put(value);
        return withChecksum(bytes.array());
    }

    /**
     * Decodes a state.
     *
     * @param key its key's text, for the message of the exception
     * @throws CodecException if the bytes are damaged, of another format or not a state, or if the codec of the values throws
     */
    public JoinState<V> decode(String key, byte[] bytes) {
        try {
            requireIntact(bytes);
            In in = new In(ByteBuffer.wrap(bytes, CHECKED_FROM, bytes.length - CHECKED_FROM));
            in.readHead();
            long token = in.number();
            long has = in.number();
            int flights = in.count();
            List<Flight<V>> inFlight = new ArrayList<>(flights);
            for (int i = 0; i < flights; i++) {
                inFlight.add(readFlight(key, in));
            }
            Join<V> open = (has & HAS_OPEN) == 0 ? null : readJoin(key, in);
            Closed closed = (has & HAS_CLOSED) == 0 ? null : readClosed(in);
            List<Ended> ended = (has & HAS_ENDED) == 0 ? List.of() : readEnded(in);
            in.requireEnd();
            return new JoinState<>(open, inFlight, closed, token, ended);
        } catch (CodecException e) { // of a value
            throw e;
        } catch (Throwable e) { // as above
            throw new CodecException(key, "cannot be read: " + SafeText.messageOf(e), e);
        }
    }

    /** Decodes a value that was encoded a moment ago. */
    V readBack(String key, byte[] bytes) {
        try {
            return values.decode(bytes);
        } catch (Throwable e) { // as above
            throw new CodecException(
                    key, "cannot be written, as it could not be read again: " + SafeText.messageOf(e), e);
        }
    }

    boolean isText() {
        return values.isText();
    }

    boolean isLossless() {
        return values.isLossless();
    }

    /** All of a join but its value. */
    private static void write(Out out, Join<?> join) {
        out.number(join.parts());
        out.number(join.firstAt());
        out.number((join.deadline() == JoinState.NEVER ? 0 : HAS_DEADLINE)
                | (join.idleUntil() == JoinState.NEVER ? 0 : HAS_IDLE)
                | (join.joinedBefore() ? JOINED_BEFORE : 0)
                | (join.collected().isEmpty() ? 0 : HAS_COLLECTED)
                | (join.collected() instanceof StoredParts ? IS_STORED : 0));
        if (join.deadline() != JoinState.NEVER) {
            out.number(join.deadline());
        }
        if (join.idleUntil() != JoinState.NEVER) {
            out.number(join.idleUntil());
        }
        out.texts(join.ids());
        if (join.collected() instanceof StoredParts stored) {
            out.number(stored.number());
            out.number(stored.size());
            out.number(stored.bytes());
            out.number(stored.withId());
        } else if (join.collected() instanceof PartList parts && !parts.isEmpty()) {
            out.number(parts.size());
            parts.forEach(out::bytes);
        }
    }

    private Join<V> readJoin(String key, In in) {
        V value = readValue(key, in.value());
        int parts = in.smallNumber();
        long firstAt = in.number();
        long has = in.number();
        long deadline = (has & HAS_DEADLINE) == 0 ? JoinState.NEVER : in.number();
        long idleUntil = (has & HAS_IDLE) == 0 ? JoinState.NEVER : in.number();
        Ids ids = in.ids();
        CollectedParts collected = (has & IS_STORED) != 0
                ? StoredParts.of(in.number(), in.smallNumber(), in.number(), in.smallNumber())
                : (has & HAS_COLLECTED) != 0 ? in.parts() : PartList.NONE;
        return new Join<>(value, parts, firstAt, deadline, idleUntil, ids, (has & JOINED_BEFORE) != 0, collected);
    }

    private static void write(Out out, Flight<?> flight) {
        out.number(CAUSES.indexOf(flight.cause()));
        out.number(STATUSES.indexOf(flight.status()) << 1 | (flight.suspect() ? 1 : 0));
        out.number(flight.claim());
        out.number(flight.token());
        out.number(flight.attempts());
        out.texts(flight.lastError() == null ? List.of() : List.of(flight.lastError()));
        out.number(flight.dueAt());
    }

    /** The checksum was right, so the bytes are as they were written. */
    private V readValue(String key, byte[] bytes) {
        try {
            return values.decode(bytes);
        } catch (Throwable e) { // as above
            String problem = SafeText.messageOf(e) + "; was it written by another codec?";
            throw new CodecException(key, "cannot be read: " + problem, e);
        }
    }

    private Flight<V> readFlight(String key, In in) {
        Join<V> join = readJoin(key, in);
        Cause cause = CAUSES.get(in.smallNumber());
        int status = in.smallNumber();
        return new Flight<>(
                join,
                cause,
                STATUSES.get(status >> 1),
                (status & 1) != 0,
                in.number(),
                in.number(),
                in.smallNumber(),
                in.optionalText(),
                in.number());
    }

    private static void write(Out out, Closed closed) {
        out.number(closed.until());
        Last last = closed.last();
        out.number(last == null ? 0 : 1);
        if (last != null) {
            out.number(last.at());
            out.number(CAUSES.indexOf(last.cause()));
            out.number(last.parts());
        }
        out.number(closed.ids().size());
        for (KeptIds kept : closed.ids()) {
            out.number(kept.until());
            out.texts(kept.ids());
        }
    }

    private static Closed readClosed(In in) {
        long until = in.number();
        Last last =
                in.smallNumber() == 0 ? null : new Last(in.number(), CAUSES.get(in.smallNumber()), in.smallNumber());
        int size = in.count();
        List<KeptIds> ids = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            long end = in.number();
            ids.add(new KeptIds(in.ids(), end));
        }
        return new Closed(until, last, ids);
    }

    private static void write(Out out, List<Ended> ended) {
        out.number(ended.size());
        for (Ended join : ended) {
            out.number(join.number());
            out.number(join.rows());
            out.number(join.parts());
            out.number(join.at());
            out.number(join.until());
            out.number(join.cause() == null ? 0 : 1 + CAUSES.indexOf(join.cause()));
        }
    }

    private static List<Ended> readEnded(In in) {
        int size = in.count();
        List<Ended> ended = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            ended.add(new Ended(
                    in.number(), in.smallNumber(), in.smallNumber(), in.number(), in.number(), readCause(in)));
        }
        return ended;
    }

    private static @Nullable Cause readCause(In in) {
        int code = in.smallNumber();
        return code == 0 ? null : CAUSES.get(code - 1);
    }

    /**
     * Returns where the value of the oldest join begins in the bytes of a state: they are text from there on if the codec of the
     * values {@linkplain Codec#isText() writes text}. Where they end, if the state has no join.
     *
     * @throws IllegalArgumentException if they are not the bytes of a state
     */
    public static int valueAt(byte[] bytes) {
        requireVersion(bytes);
        In in = new In(ByteBuffer.wrap(bytes, CHECKED_FROM, bytes.length - CHECKED_FROM));
        return bytes.length - in.readHead();
    }

    /** Puts the right checksum where it belongs. */
    static byte[] withChecksum(byte[] bytes) {
        ByteBuffer.wrap(bytes).putInt(1, checksum(bytes));
        return bytes;
    }

    private static int checksum(byte[] bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, CHECKED_FROM, bytes.length - CHECKED_FROM);
        return (int) checksum.getValue();
    }

    private static void requireVersion(byte[] bytes) {
        if (bytes.length < CHECKED_FROM) {
            throw new IllegalArgumentException(bytes.length + " bytes are too few for a state");
        }
        if (bytes[0] != VERSION) {
            throw new IllegalArgumentException(
                    "format version is " + bytes[0] + ", this version of Joiner reads " + VERSION
                            + (bytes[0] == 1 || bytes[0] == 2
                                    ? "; formats 1 and 2 are those of builds before the first release: let such a build finish its"
                                            + " joins, or drop the entry"
                                    : ""));
        }
    }

    private static void requireIntact(byte[] bytes) {
        requireVersion(bytes); // before the checksum, which a later format may keep elsewhere
        if (ByteBuffer.wrap(bytes).getInt(1) != checksum(bytes)) {
            throw new IllegalArgumentException("the checksum is wrong, the bytes are damaged");
        }
    }

    private static final class Out extends ByteArrayOutputStream {
        /** The first value, which comes behind what is written here; null until there is one. */
        private byte @Nullable [] oldest;

        /** Returns how many bytes it takes. */
        int number(long number) {
            int before = size();
            long rest = number;
            while ((rest & ~0x7FL) != 0) {
                write((int) ((rest & 0x7F) | 0x80));
                rest >>>= 7;
            }
            write((int) rest);
            return size() - before;
        }

        void bytes(byte[] bytes) {
            number(bytes.length);
            writeBytes(bytes);
        }

        /** Keeps the first value for the end. Returns how many bytes the length of another takes here. */
        int value(byte[] value) {
            if (oldest == null) {
                oldest = value;
                return 0;
            }
            int length = number(value.length);
            writeBytes(value);
            return length;
        }

        void texts(Collection<String> texts) {
            number(texts.size());
            texts.forEach(text -> bytes(text.getBytes(StandardCharsets.UTF_8)));
        }
    }

    private static final class In {
        private final ByteBuffer in;
        private @Nullable ByteBuffer behind;

        private In(ByteBuffer in) {
            this.in = in;
        }

        /** Leaves only the head to be read, whose length comes first. Returns how many bytes are behind it. */
        int readHead() {
            int end = count() + in.position();
            behind = in.duplicate().position(end);
            in.limit(end);
            return behind.remaining();
        }

        /** Reads the value of a join: that of the first is behind the head. */
        byte[] value() {
            if (behind == null) {
                return bytes();
            }
            byte[] value = new byte[behind.remaining()];
            behind.get(value);
            behind = null;
            return value;
        }

        long number() {
            long number = 0;
            for (int shift = 0; shift < Long.SIZE; shift += 7) {
                byte next = next();
                number |= (next & 0x7FL) << shift;
                if (next >= 0) {
                    return number;
                }
            }
            throw new IllegalArgumentException("a number has no end");
        }

        private byte next() {
            if (!in.hasRemaining()) {
                throw new IllegalArgumentException("the bytes end too early");
            }
            return in.get();
        }

        int smallNumber() {
            return Math.toIntExact(number());
        }

        /** How many things follow; each of them takes a byte at the least. */
        int count() {
            long count = number();
            if (count < 0 || count > in.remaining()) {
                throw new IllegalArgumentException(
                        "a length of " + count + " where " + in.remaining() + " bytes are left");
            }
            return (int) count;
        }

        byte[] bytes() {
            byte[] bytes = new byte[count()];
            in.get(bytes);
            return bytes;
        }

        private String text() {
            return new String(bytes(), StandardCharsets.UTF_8);
        }

        @Nullable
        String optionalText() {
            return number() == 0 ? null : text();
        }

        Ids ids() {
            Ids ids = Ids.NONE;
            for (int rest = count(); rest > 0; rest--) {
                ids = ids.with(text());
            }
            return ids;
        }

        PartList parts() {
            PartList parts = PartList.NONE;
            for (int rest = count(); rest > 0; rest--) {
                parts = parts.with(bytes());
            }
            return parts;
        }

        void requireEnd() {
            int left = in.remaining() + (behind == null ? 0 : behind.remaining());
            if (left > 0) {
                throw new IllegalArgumentException(left + " bytes too many");
            }
        }
    }
}

package dev.joiner.spi;

import dev.joiner.Cause;
import dev.joiner.CodecException;
import dev.joiner.spi.JoinState.Closed;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Join;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The bytes of a state, for stores that hold bytes: one format for all of them, with a version and a checksum.
 *
 * <p>Thread-safe. The first byte is the format's version, 1; the last four are the CRC-32C of all before them. In
 * between stand integers of variable length (seven bits a byte, the lowest first), and texts and values behind their
 * length. A later version of this class reads all earlier formats. No length that is read is believed before it is
 * compared with the bytes that are there.
 */
public final class StateCodec<V> {
    private static final byte VERSION = 1;
    private static final int CHECKSUM_BYTES = 4;

    private static final int HAS_OPEN = 1;
    private static final int HAS_CLOSED = 2;

    private static final int HAS_DEADLINE = 1;
    private static final int HAS_IDLE = 2;
    private static final int JOINED_BEFORE = 4;

    /** The codes of causes are part of the format; the order of the enum is not. */
    private static final List<Cause> CAUSES = List.of(Cause.COMPLETE, Cause.EXPIRED, Cause.EVICTED, Cause.FORCED);

    private final Codec<V> values;

    public StateCodec(Codec<V> values) {
        this.values = values;
    }

    /**
     * The bytes of a state.
     *
     * @param key its key's text, for the message of the exception
     * @throws CodecException if the codec of the values throws
     */
    public byte[] encode(String key, JoinState<V> state) {
        try {
            Out out = new Out();
            out.write(VERSION);
            out.number(state.token());
            out.number((state.open() == null ? 0 : HAS_OPEN) | (state.closed() == null ? 0 : HAS_CLOSED));
            if (state.open() != null) {
                write(out, state.open());
            }
            out.number(state.inFlight().size());
            for (Flight<V> flight : state.inFlight()) {
                write(out, flight.join());
                out.number(CAUSES.indexOf(flight.cause()));
                out.number(flight.claim());
                out.number(flight.token());
                out.number(flight.attempt());
                out.texts(flight.lastError() == null ? List.of() : List.of(flight.lastError()));
                out.number(flight.dueAt());
            }
            if (state.closed() != null) {
                out.number(state.closed().until());
                out.texts(state.closed().ids());
            }
            return withChecksum(out.toByteArray());
        } catch (RuntimeException e) {
            throw new CodecException(key, "cannot be written: " + e.getMessage(), e);
        }
    }

    /**
     * The state that the bytes stand for.
     *
     * @param key its key's text, for the message of the exception
     * @throws CodecException if they are damaged, of a later format, no state at all, or if the codec of the values
     *     throws
     */
    public JoinState<V> decode(String key, byte[] bytes) {
        try {
            In in = In.checked(bytes);
            long token = in.number();
            long has = in.number();
            Join<V> open = (has & HAS_OPEN) == 0 ? null : readJoin(in);
            int flights = in.count();
            List<Flight<V>> inFlight = new ArrayList<>(flights);
            for (int i = 0; i < flights; i++) {
                inFlight.add(new Flight<>(
                        readJoin(in),
                        CAUSES.get(in.smallNumber()),
                        in.number(),
                        in.number(),
                        in.smallNumber(),
                        in.texts().stream().findFirst().orElse(null),
                        in.number()));
            }
            Closed closed = null;
            if ((has & HAS_CLOSED) != 0) {
                long until = in.number();
                closed = new Closed(in.texts(), until);
            }
            in.requireEnd();
            return new JoinState<>(open, inFlight, closed, token);
        } catch (RuntimeException e) {
            throw new CodecException(key, "cannot be read: " + e.getMessage(), e);
        }
    }

    private void write(Out out, Join<V> join) {
        out.bytes(values.encode(join.value()));
        out.number(join.parts());
        out.number(join.firstAt());
        out.number((join.deadline() == JoinState.NEVER ? 0 : HAS_DEADLINE)
                | (join.idleUntil() == JoinState.NEVER ? 0 : HAS_IDLE)
                | (join.joinedBefore() ? JOINED_BEFORE : 0));
        if (join.deadline() != JoinState.NEVER) {
            out.number(join.deadline());
        }
        if (join.idleUntil() != JoinState.NEVER) {
            out.number(join.idleUntil());
        }
        out.texts(join.ids());
    }

    private Join<V> readJoin(In in) {
        V value = values.decode(in.bytes());
        int parts = in.smallNumber();
        long firstAt = in.number();
        long has = in.number();
        long deadline = (has & HAS_DEADLINE) == 0 ? JoinState.NEVER : in.number();
        long idleUntil = (has & HAS_IDLE) == 0 ? JoinState.NEVER : in.number();
        return new Join<>(value, parts, firstAt, deadline, idleUntil, in.texts(), (has & JOINED_BEFORE) != 0);
    }

    static byte[] withChecksum(byte[] bytes) {
        return ByteBuffer.allocate(bytes.length + CHECKSUM_BYTES)
                .put(bytes)
                .putInt(checksum(bytes, bytes.length))
                .array();
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, length);
        return (int) checksum.getValue();
    }

    private static final class Out extends ByteArrayOutputStream {

        void number(long number) {
            long rest = number;
            while ((rest & ~0x7FL) != 0) {
                write((int) ((rest & 0x7F) | 0x80));
                rest >>>= 7;
            }
            write((int) rest);
        }

        void bytes(byte[] bytes) {
            number(bytes.length);
            writeBytes(bytes);
        }

        void texts(List<String> texts) {
            number(texts.size());
            texts.forEach(text -> bytes(text.getBytes(StandardCharsets.UTF_8)));
        }
    }

    private static final class In {
        private final ByteBuffer in;

        private In(ByteBuffer in) {
            this.in = in;
        }

        static In checked(byte[] bytes) {
            if (bytes.length < 1 + CHECKSUM_BYTES) {
                throw new IllegalArgumentException(bytes.length + " bytes are too few for a state");
            }
            if (bytes[0] != VERSION) {
                // Before the checksum, which a later format may keep elsewhere.
                throw new IllegalArgumentException(
                        "format version is " + bytes[0] + ", this version of Joiner reads " + VERSION);
            }
            int end = bytes.length - CHECKSUM_BYTES;
            if (ByteBuffer.wrap(bytes, end, CHECKSUM_BYTES).getInt() != checksum(bytes, end)) {
                throw new IllegalArgumentException("the checksum is wrong, the bytes are damaged");
            }
            return new In(ByteBuffer.wrap(bytes, 1, end - 1));
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

        List<String> texts() {
            int size = count();
            List<String> texts = new ArrayList<>(size);
            for (int i = 0; i < size; i++) {
                texts.add(new String(bytes(), StandardCharsets.UTF_8));
            }
            return texts;
        }

        void requireEnd() {
            if (in.hasRemaining()) {
                throw new IllegalArgumentException(in.remaining() + " bytes too many");
            }
        }
    }
}

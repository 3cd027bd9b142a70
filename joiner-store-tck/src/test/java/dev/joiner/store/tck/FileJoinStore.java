package dev.joiner.store.tck;

import dev.joiner.JoinStoreConfig;
import dev.joiner.StoreException;
import dev.joiner.spi.EntryCodec;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.Versioned;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A store that appends each change to one plain file, as a line of text: namespace, key, version, due time, state.
 *
 * <p>Nodes that open the same file share it: each operation locks the file, and reads what others have appended before it
 * looks at anything.
 */
final class FileJoinStore<K, V> implements JoinStore<K, V> {
    private static final Map<Path, ReentrantLock> IN_THIS_PROCESS = new ConcurrentHashMap<>();

    private final JoinStoreConfig<K, V> config;
    private final EntryCodec<K, V> codec;
    private final FileChannel file;
    private final ReentrantLock inThisProcess;

    /** How far the file was read, and what it said up to there: the last line of each key, and which are due when. */
    private long position;

    private final TreeMap<String, Line> lines = new TreeMap<>();
    private final TreeSet<Appointment> appointments = new TreeSet<>();

    private record Line(long version, long dueAt, String state) {}

    private record Appointment(long at, String key) implements Comparable<Appointment> {
        @Override
        public int compareTo(Appointment other) {
            return at != other.at ? Long.compare(at, other.at) : key.compareTo(other.key);
        }
    }

    FileJoinStore(Path path, JoinStoreConfig<K, V> config) {
        this.config = config;
        codec = new EntryCodec<>(config);
        try {
            file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            inThisProcess = IN_THIS_PROCESS.computeIfAbsent(path.toRealPath(), opened -> new ReentrantLock());
        } catch (IOException e) {
            throw new StoreException("cannot open " + path, e);
        }
    }

    /** A file lock keeps other processes out; among the threads of one process it is refused, not waited for. */
    private <T> T locked(Operation<T> operation) {
        inThisProcess.lock();
        try {
            FileLock lock = file.lock();
            try {
                readOn(file.size());
                return operation.run();
            } finally {
                lock.release();
            }
        } catch (IOException e) {
            throw new StoreException("the file cannot be read or written", e);
        } finally {
            inThisProcess.unlock();
        }
    }

    private interface Operation<T> {
        T run() throws IOException;
    }

    // snippet:file-store-exchange
    @Override
    public Exchange<V> compareAndExchange(K key, @Nullable Versioned<V> expected, @Nullable Versioned<V> next) {
        String text = codec.text(key);
        Line written = next == null
                ? null
                : new Line(next.version(), next.state().dueAt(), base64(codec.bytes(text, next.state())));
        return locked(() -> {
            Versioned<V> held = held(text);
            if (!Objects.equals(held, expected)) {
                return Exchange.lost(held);
            }
            append(text, written);
            return Exchange.written();
        });
    }

    @Override
    public @Nullable Versioned<V> find(K key) {
        String text = codec.text(key);
        return locked(() -> held(text));
    }

    /** What is under the key. What cannot be decoded is there all the same. */
    private @Nullable Versioned<V> held(String text) {
        Line line = lines.get(text);
        return line == null ? null : codec.held(text, line.version(), bytes(line));
    }
    // end:file-store-exchange

    // snippet:file-store-due
    @Override
    public List<Due<K>> due(Instant from, Instant upTo, int limit) {
        Appointment first = new Appointment(from.toEpochMilli(), "");
        Appointment behind = new Appointment(upTo.toEpochMilli() + 1, "");
        return locked(() -> appointments.tailSet(first).stream()
                .takeWhile(each -> each.compareTo(behind) < 0)
                .limit(limit)
                .map(each -> codec.due(each.key(), each.at(), bytes(line(each.key())).length))
                .toList());
    }

    @Override
    public Page<K, V> scan(@Nullable String cursor, int limit) {
        return locked(() -> {
            List<String> page = lines.tailMap(cursor == null ? "" : cursor, false).keySet().stream()
                    .limit(limit)
                    .toList();
            return new Page<>(
                    page.stream().map(this::entry).toList(), page.size() < limit ? null : page.get(limit - 1));
        });
    }
    // end:file-store-due

    /** An entry whose key cannot be decoded has none, and says so to whoever looks at it. */
    private Entry<K, V> entry(String text) {
        Line line = line(text);
        return codec.entry(text, line.version(), bytes(line));
    }

    private Line line(String text) {
        return Objects.requireNonNull(lines.get(text));
    }

    @Override
    public long size() {
        return locked(() -> (long) lines.size());
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new StoreException("the file cannot be closed", e);
        }
    }

    /** Appends a line for the key; without version, due time and state it takes the key out. */
    private void append(String key, @Nullable Line line) throws IOException {
        String text = base64(config.namespace().getBytes(StandardCharsets.UTF_8))
                + ' '
                + base64(key.getBytes(StandardCharsets.UTF_8))
                + (line == null ? "" : " " + line.version() + ' ' + line.dueAt() + ' ' + line.state())
                + '\n';
        file.truncate(position); // half a line is there if a process died over it
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
        for (long at = position; bytes.hasRemaining(); ) {
            at += file.write(bytes, at);
        }
        readOn(file.size());
    }

    /** Takes in the whole lines up to the end of the file. */
    private void readOn(long end) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(end - position));
        while (bytes.hasRemaining() && file.read(bytes, position + bytes.position()) >= 0) {}
        String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII);
        String whole = text.substring(0, text.lastIndexOf('\n') + 1);
        whole.lines().map(line -> line.split(" ")).forEach(this::take);
        position += whole.length();
    }

    private void take(String[] fields) {
        if (!text(fields[0]).equals(config.namespace())) {
            return;
        }
        String key = text(fields[1]);
        Line line =
                fields.length == 2 ? null : new Line(Long.parseLong(fields[2]), Long.parseLong(fields[3]), fields[4]);
        Line before = line == null ? lines.remove(key) : lines.put(key, line);
        if (before != null) {
            appointments.remove(new Appointment(before.dueAt(), key));
        }
        if (line != null && line.dueAt() != JoinState.NEVER) {
            appointments.add(new Appointment(line.dueAt(), key));
        }
    }

    private static byte[] bytes(Line line) {
        return Base64.getDecoder().decode(line.state());
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static String text(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }
}

package dev.joiner.campaign;

import dev.joiner.HandOver;
import dev.joiner.campaign.Ledger.Kind;
import dev.joiner.campaign.Ledger.Line;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/** Writes a process's ledger: what happens on a thread belongs to the call that the thread is in. */
final class Journal implements AutoCloseable {
    private final Ledger ledger;
    private final AtomicLong calls = new AtomicLong();
    private final ThreadLocal<Long> call = ThreadLocal.withInitial(() -> 0L);

    Journal(Path path) throws IOException {
        ledger = new Ledger(path);
    }

    void begin() {
        call.set(calls.incrementAndGet());
        note(Kind.CALL);
    }

    void end() {
        note(Kind.END);
    }

    void note(Kind kind) {
        note(kind, "");
    }

    void note(Kind kind, String key) {
        write(kind, key, 0, 0, "");
    }

    void note(Kind kind, HandOver<String> handOver, String value) {
        write(kind, handOver.key(), handOver.attempt(), handOver.token(), value);
    }

    private void write(Kind kind, String key, int attempt, long token, String value) {
        ledger.write(new Line(System.currentTimeMillis(), kind, call.get(), key, attempt, token, value));
    }

    @Override
    public void close() throws IOException {
        ledger.close();
    }
}

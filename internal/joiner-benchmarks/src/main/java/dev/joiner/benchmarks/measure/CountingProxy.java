package dev.joiner.benchmarks.measure;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Stands before a server, and counts round trips: how often a client speaks after it was answered. Answers wait until
 * the client has said all that it says without them, or a long pipeline, sent in pieces, would count as several.
 */
final class CountingProxy implements AutoCloseable {
    private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(3);

    private final ServerSocket listening;
    private final int target;
    private final AtomicLong turns = new AtomicLong();

    private CountingProxy(ServerSocket listening, int target) {
        this.listening = listening;
        this.target = target;
    }

    static CountingProxy to(int port) {
        try {
            CountingProxy proxy = new CountingProxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), port);
            start(proxy::listen);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return listening.getLocalPort();
    }

    long turns() {
        return turns.get();
    }

    private void listen() {
        try {
            while (true) {
                Socket client = listening.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                AtomicBoolean answered = new AtomicBoolean(true);
                AtomicLong lastSaid = new AtomicLong(System.nanoTime());
                start(() -> pass(client, server, () -> {
                    lastSaid.set(System.nanoTime());
                    if (answered.getAndSet(false)) {
                        turns.incrementAndGet();
                    }
                }));
                start(() -> pass(server, client, () -> {
                    long rest = QUIET_NANOS;
                    while (rest > 0) {
                        LockSupport.parkNanos(rest);
                        rest = lastSaid.get() + QUIET_NANOS - System.nanoTime();
                    }
                    answered.set(true);
                }));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @SuppressWarnings("try") // each is closed when either ends
    private static void pass(Socket from, Socket to, Runnable counting) {
        byte[] buffer = new byte[1 << 16];
        try (Socket closedFrom = from;
                Socket closedTo = to;
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                counting.run();
                out.write(buffer, 0, read);
            }
        } catch (IOException e) {
            // the connection has ended
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}

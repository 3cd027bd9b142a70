package dev.joiner.store.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Stands between a client and a server, counts what goes on, and does what networks do. */
final class TcpProxy implements AutoCloseable {
    private final ServerSocket listening;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger turns = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();
    private volatile int target;
    private volatile long delayNanos;
    private volatile long silenceNanos;
    private final AtomicInteger answersToLose = new AtomicInteger();
    private volatile Runnable whenLost = () -> {};

    private TcpProxy(ServerSocket listening, int target) {
        this.listening = listening;
        this.target = target;
        start(this::accept);
    }

    static TcpProxy to(int target) {
        try {
            return new TcpProxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), target);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return listening.getLocalPort();
    }

    /** New connections go to another server. */
    void redirect(int to) {
        target = to;
    }

    /** Each answer arrives so much later. */
    void delay(Duration delay) {
        delayNanos = delay.toNanos();
    }

    /**
     * Requests go through, and where an answer comes, the connection breaks instead. Of several requests that are sent together
     * those after the first may be lost with it.
     */
    void loseAnswers(boolean lose) {
        answersToLose.set(lose ? Integer.MAX_VALUE : 0);
    }

    /**
     * Does that with the next answer alone.
     *
     * @param whenLost what happens before the connection breaks
     */
    void loseNextAnswer(Runnable whenLost) {
        this.whenLost = whenLost;
        answersToLose.set(1);
    }

    /**
     * Answers are held back until the client has said nothing more for so long, so that {@link #turns()} counts round
     * trips also where a client begins to hear while it still speaks.
     */
    void answerAfterSilenceOf(Duration silence) {
        silenceNanos = silence.toNanos();
    }

    /** How often a client spoke after it had heard the server: the number of round trips, if each request is awaited. */
    int turns() {
        return turns.get();
    }

    int connections() {
        return connections.get();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                sockets.add(client);
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                sockets.add(server);
                if (listening.isClosed()) { // a socket may still accept for a moment
                    breakAll();
                    return;
                }
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                connections.incrementAndGet();
                Connection connection = new Connection(client, server);
                start(connection::requests);
                start(connection::answers);
                start(connection::delayedAnswers);
            } catch (IOException e) {
                breakAll(); // nobody answers there, or this proxy is closed
            }
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "proxy");
        thread.setDaemon(true);
        thread.start();
    }

    void breakAll() {
        sockets.forEach(TcpProxy::close);
        sockets.clear();
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        breakAll();
    }

    private record Chunk(long at, ByteBuffer bytes) {
        static final Chunk END = new Chunk(Long.MIN_VALUE, ByteBuffer.allocate(0));
    }

    private final class Connection {
        private final Socket client;
        private final Socket server;
        private final BlockingQueue<Chunk> answers = new LinkedBlockingQueue<>();
        private volatile boolean heard = true;
        private volatile long spokeAt;

        Connection(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void requests() {
            byte[] buffer = new byte[1 << 16];
            try {
                for (int read = client.getInputStream().read(buffer);
                        read >= 0;
                        read = client.getInputStream().read(buffer)) {
                    spokeAt = System.nanoTime();
                    if (heard) {
                        heard = false;
                        turns.incrementAndGet();
                    }
                    server.getOutputStream().write(buffer, 0, read);
                }
            } catch (IOException e) {
                // the connection is broken, as it may be
            } finally {
                end();
            }
        }

        void answers() {
            byte[] buffer = new byte[1 << 16];
            try {
                for (int read = server.getInputStream().read(buffer);
                        read >= 0;
                        read = server.getInputStream().read(buffer)) {
                    if (answersToLose.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                        whenLost.run();
                        break;
                    }
                    answers.add(
                            new Chunk(System.nanoTime() + delayNanos, ByteBuffer.wrap(Arrays.copyOf(buffer, read))));
                }
            } catch (IOException e) {
                // likewise
            } finally {
                answers.add(Chunk.END);
            }
        }

        void delayedAnswers() {
            try {
                for (Chunk chunk = answers.take(); !chunk.equals(Chunk.END); chunk = answers.take()) {
                    for (long rest = wait(chunk); rest > 0; rest = wait(chunk)) {
                        LockSupport.parkNanos(rest);
                    }
                    heard = true;
                    client.getOutputStream().write(chunk.bytes().array());
                }
            } catch (IOException | InterruptedException e) {
                // likewise
            } finally {
                end();
            }
        }

        private long wait(Chunk chunk) {
            long now = System.nanoTime();
            return Math.max(chunk.at() - now, spokeAt + silenceNanos - now);
        }

        private void end() {
            close(client);
            close(server);
        }

        private static void close(Socket socket) {
            TcpProxy.close(socket);
        }
    }
}

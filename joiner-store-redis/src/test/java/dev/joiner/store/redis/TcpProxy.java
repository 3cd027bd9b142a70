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
import javax.net.ssl.SSLContext;

/** Stands between a client and a server, counts what goes on, and does what networks do. */
final class TcpProxy implements AutoCloseable {
    private final ServerSocket listening;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger turns = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();
    private volatile int target;
    private volatile long delayNanos;
    private volatile boolean losesAnswers;

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

    /** Clients speak TLS to it, and it speaks plainly to the server. */
    static TcpProxy to(int target, SSLContext tls) {
        try {
            return new TcpProxy(
                    tls.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress()), target);
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

    /** Requests go through, and where an answer comes, the connection breaks instead. */
    void loseAnswers(boolean lose) {
        losesAnswers = lose;
    }

    /** How often a client spoke after the server did: the number of round trips, if each request is awaited. */
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
        private volatile boolean answered = true;

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
                    if (answered) {
                        answered = false;
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
                    if (losesAnswers) {
                        break;
                    }
                    answered = true;
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
                    for (long rest = chunk.at() - System.nanoTime(); rest > 0; rest = chunk.at() - System.nanoTime()) {
                        LockSupport.parkNanos(rest);
                    }
                    client.getOutputStream().write(chunk.bytes().array());
                }
            } catch (IOException | InterruptedException e) {
                // likewise
            } finally {
                end();
            }
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

package dev.joiner.campaign;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** Stands between clients and a server, and does on demand what networks do on a bad day. */
final class BrokenNetwork implements AutoCloseable {
    private static final int CHUNK = 1 << 13;
    /** How long a chunk takes on a narrow line. */
    private static final long NARROW_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private static final long DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** What goes wrong. */
    enum Fault {
        /** The next request does not arrive, and its connection breaks. */
        CUT_BEFORE_REQUEST(true),
        /** The next request arrives, and its connection breaks before the answer. */
        CUT_BEFORE_ANSWER(true),
        /** All connections break, whatever they are at. */
        CUT_ALL(true),
        /** From now on everything arrives late. */
        DELAY(false),
        /** From now on everything arrives in small pieces, at half the speed. */
        NARROW(false),
        /** From now on nothing is slow any more. */
        NONE(false);

        /** Whether a connection is lost; otherwise it is only slow. */
        final boolean cuts;

        Fault(boolean cuts) {
            this.cuts = cuts;
        }
    }

    private final int target;
    private final ServerSocket listening;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicReference<Fault> nextCut = new AtomicReference<>(Fault.NONE);
    private final AtomicInteger cuts = new AtomicInteger();
    private volatile Fault slowness = Fault.NONE;

    /** @param target the port of the server */
    BrokenNetwork(int target) throws IOException {
        this.target = target;
        listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    void happen(Fault fault) {
        switch (fault) {
            case CUT_BEFORE_REQUEST, CUT_BEFORE_ANSWER -> nextCut.set(fault);
            case CUT_ALL -> connections.forEach(Connection::cut);
            default -> slowness = fault;
        }
    }

    /** How many connections were cut so far. */
    int cuts() {
        return cuts.get();
    }

    private void accept() {
        while (!listening.isClosed()) {
            Socket client = null;
            try {
                client = listening.accept();
                Connection connection = new Connection(client, new Socket(InetAddress.getLoopbackAddress(), target));
                connections.add(connection);
                start(connection::requests);
                start(connection::answers);
            } catch (IOException e) {
                close(client); // nobody is there, or this network is closed
            }
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "network");
        thread.setDaemon(true);
        thread.start();
    }

    private static void close(Socket socket) {
        if (socket == null) {
            return;
        }
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        connections.forEach(Connection::end);
    }

    private final class Connection {
        private final Socket client;
        private final Socket server;
        private volatile boolean losesAnswer;

        Connection(Socket client, Socket server) throws IOException {
            this.client = client;
            this.server = server;
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
        }

        void requests() {
            pump(client, server, true);
        }

        void answers() {
            pump(server, client, false);
        }

        private void pump(Socket from, Socket to, boolean requests) {
            byte[] buffer = new byte[CHUNK];
            try (InputStream in = from.getInputStream();
                    OutputStream out = to.getOutputStream()) {
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    if (requests && nextCut.compareAndSet(Fault.CUT_BEFORE_REQUEST, Fault.NONE)) {
                        cut();
                        return;
                    }
                    if (requests && nextCut.compareAndSet(Fault.CUT_BEFORE_ANSWER, Fault.NONE)) {
                        losesAnswer = true;
                    }
                    if (!requests && losesAnswer) {
                        cut();
                        return;
                    }
                    write(out, buffer, read);
                }
            } catch (IOException e) {
                // the connection is broken, as it may be
            } finally {
                end();
            }
        }

        private void write(OutputStream out, byte[] buffer, int length) throws IOException {
            switch (slowness) {
                case DELAY -> {
                    LockSupport.parkNanos(DELAY_NANOS);
                    out.write(buffer, 0, length);
                }
                case NARROW -> {
                    int half = Math.max(1, length / 2);
                    for (int from = 0; from < length; from += half) {
                        LockSupport.parkNanos(NARROW_NANOS);
                        out.write(buffer, from, Math.min(half, length - from));
                        out.flush();
                    }
                }
                default -> out.write(buffer, 0, length);
            }
        }

        void cut() {
            cuts.incrementAndGet();
            end();
        }

        void end() {
            connections.remove(this);
            BrokenNetwork.close(client);
            BrokenNetwork.close(server);
        }
    }
}

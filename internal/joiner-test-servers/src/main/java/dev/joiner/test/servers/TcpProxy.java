package dev.joiner.test.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A proxy between clients and a server on this machine: it counts what passes, and does on demand what networks do on a
 * bad day.
 *
 * <p>It listens on {@value Server#HOST} alone. What it is told applies to connections that are open as well as to later
 * ones.
 *
 * <p>This class is threadsafe.
 */
public final class TcpProxy implements AutoCloseable {
    private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final ServerSocket listening;
    private final Set<Socket> connecting = ConcurrentHashMap.newKeySet();
    private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final AtomicInteger reached = new AtomicInteger();
    private final AtomicInteger roundTrips = new AtomicInteger();
    private final AtomicInteger cuts = new AtomicInteger();
    private volatile int target;
    private volatile Fault fault = Fault.none();
    private volatile Pace requestPace = Pace.FULL;
    private volatile Pace answerPace = Pace.FULL;
    private volatile long silenceNanos;

    private TcpProxy(ServerSocket listening, int target) {
        this.listening = listening;
        this.target = target;
    }

    /** Starts a proxy for the server on a port of this machine. */
    public static TcpProxy to(int port) {
        try {
            TcpProxy proxy = new TcpProxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), port);
            proxy.start(proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the port that clients connect to. */
    public int port() {
        return listening.getLocalPort();
    }

    /** Sends new connections to another server. */
    public void redirect(int port) {
        target = port;
    }

    /** Sets what goes wrong from now on, in place of what went wrong before. */
    public void inject(Fault fault) {
        this.fault = fault;
    }

    /** Sets how fast everything passes from now on. */
    public void pace(Pace pace) {
        requestPace = pace;
        answerPace = pace;
    }

    /** Sets how fast answers pass from now on; requests keep their pace. */
    public void paceAnswers(Pace pace) {
        answerPace = pace;
    }

    /**
     * Holds answers back until the client has sent nothing for so long. {@link #roundTrips()} then counts correctly where
     * a client sends a long pipeline and begins to receive answers meanwhile. Zero ends it.
     */
    public void answerAfterSilence(Duration silence) {
        silenceNanos = silence.toNanos();
    }

    /** Breaks all connections, whatever they are at. */
    public void cutAll() {
        connections.forEach(ProxiedConnection::cut);
    }

    /** Returns how often a client sent something after it had been answered, or for the first time. */
    public int roundTrips() {
        return roundTrips.get();
    }

    /** Returns how many connections reached the server so far. */
    public int connections() {
        return reached.get();
    }

    /** Returns how many connections a fault or {@link #cutAll()} has broken so far. */
    public int cuts() {
        return cuts.get();
    }

    private void accept() {
        while (!isClosed()) {
            try {
                Socket client = listening.accept();
                if (isClosed()) { // a socket may still accept for a moment
                    client.close();
                } else {
                    start(() -> connect(client));
                }
            } catch (IOException e) {
                // closed
            }
        }
    }

    private void connect(Socket client) {
        connecting.add(client);
        try {
            if (!fault.admits(client)) {
                client.close();
                return;
            }
            pass(client, new Socket(InetAddress.getLoopbackAddress(), target));
        } catch (IOException e) { // nobody listens there, or the client has gone
            ProxiedConnection.close(client);
        } finally {
            connecting.remove(client);
        }
    }

    private void pass(Socket client, Socket server) {
        ProxiedConnection connection = new ProxiedConnection(this, client, server);
        connections.add(connection);
        reached.incrementAndGet();
        start(connection::passAnswers);
        connection.passRequests();
    }

    private void start(Runnable work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } finally {
                        threads.remove(Thread.currentThread());
                    }
                },
                "proxy-" + port());
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    boolean isClosed() {
        return listening.isClosed();
    }

    Fault fault() {
        return fault;
    }

    Pace paceOf(Fault.Direction direction) {
        return direction == Fault.Direction.REQUEST ? requestPace : answerPace;
    }

    long silenceNanos() {
        return silenceNanos;
    }

    void countRoundTrip() {
        roundTrips.incrementAndGet();
    }

    void countCut() {
        cuts.incrementAndGet();
    }

    void forget(ProxiedConnection connection) {
        connections.remove(connection);
    }

    /** Waits that long, or until this proxy is closed. */
    void pause(long nanos) {
        long end = System.nanoTime() + nanos;
        for (long rest = nanos; rest > 0 && !isClosed(); rest = end - System.nanoTime()) {
            LockSupport.parkNanos(this, rest);
        }
    }

    /**
     * Breaks all connections, and returns when none of the proxy's threads is left. A fault must not call it.
     *
     * @throws IllegalStateException if a thread goes on, as a fault can make it
     */
    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        long end = System.nanoTime() + CLOSE_NANOS;
        while (!threads.isEmpty()) { // again and again, as a connection may just be beginning
            connecting.forEach(ProxiedConnection::close);
            connections.forEach(ProxiedConnection::end);
            threads.forEach(LockSupport::unpark);
            LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(1));
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException("Threads of the proxy on port " + port() + " do not end: " + threads);
            }
        }
    }
}

package dev.joiner.test.servers;

import dev.joiner.test.servers.Fault.Direction;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;

/** One connection through a {@link TcpProxy}. A thread passes its requests, another its answers. */
final class ProxiedConnection {
    private static final int BUFFER = 1 << 16;

    private final TcpProxy proxy;
    private final Socket client;
    private final Socket server;
    private volatile boolean isAnswered = true;
    private volatile long requestedAt = System.nanoTime();

    ProxiedConnection(TcpProxy proxy, Socket client, Socket server) {
        this.proxy = proxy;
        this.client = client;
        this.server = server;
    }

    void passRequests() {
        pass(client, server, Direction.REQUEST);
    }

    void passAnswers() {
        pass(server, client, Direction.ANSWER);
    }

    private void pass(Socket from, Socket to, Direction direction) {
        byte[] buffer = new byte[BUFFER];
        try {
            to.setTcpNoDelay(true);
            OutputStream out = to.getOutputStream();
            for (int length = from.getInputStream().read(buffer);
                    length >= 0;
                    length = from.getInputStream().read(buffer)) {
                if (direction == Direction.REQUEST) {
                    requested();
                }
                if (!proxy.fault().passes(direction, client)) {
                    cut();
                    return;
                }
                if (direction == Direction.ANSWER) {
                    awaitSilence();
                    isAnswered = true; // before the client can react
                }
                proxy.paceOf(direction).write(buffer, length, out, proxy::pause);
            }
        } catch (IOException e) {
            // One end has gone, and the other goes with it.
        } finally {
            end();
        }
    }

    private void requested() {
        requestedAt = System.nanoTime();
        if (isAnswered) {
            isAnswered = false;
            proxy.countRoundTrip();
        }
    }

    private void awaitSilence() {
        for (long rest = restOfSilence(); rest > 0 && !proxy.isClosed(); rest = restOfSilence()) {
            proxy.pause(rest);
        }
    }

    private long restOfSilence() {
        long silence = proxy.silenceNanos();
        return silence == 0 ? 0 : requestedAt + silence - System.nanoTime();
    }

    void cut() {
        proxy.countCut();
        end();
    }

    void end() {
        proxy.forget(this);
        close(client);
        close(server);
    }

    static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package dev.joiner.test.servers;

import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What goes wrong at a {@link TcpProxy}. A connection is known by its client's socket.
 *
 * <p>Threads of the proxy call its methods, several at a time. A method that takes its time delays the connection.
 */
public interface Fault {
    /** Which way bytes go. */
    enum Direction {
        /** From the client to the server. */
        REQUEST,
        /** From the server to the client. */
        ANSWER
    }

    /**
     * Returns whether a new connection goes on to the server; if not, it is closed. Before that the fault may speak to
     * the client in the server's place.
     */
    default boolean admits(Socket client) throws IOException {
        return true;
    }

    /** Returns whether the bytes that have just arrived go on; if not, their connection breaks. */
    default boolean passes(Direction direction, Socket client) {
        return true;
    }

    /** Returns a fault that does nothing. */
    static Fault none() {
        return new Fault() {};
    }

    /** Returns a fault that breaks the connection of the next request, which does not arrive. It does that once. */
    static Fault cutNextRequest() {
        AtomicBoolean isDone = new AtomicBoolean();
        return new Fault() {
            @Override
            public boolean passes(Direction direction, Socket client) {
                return direction == Direction.ANSWER || isDone.getAndSet(true);
            }
        };
    }

    /** Returns a fault that lets requests through, and breaks their connection where an answer comes. */
    static Fault loseAnswers() {
        return new Fault() {
            @Override
            public boolean passes(Direction direction, Socket client) {
                return direction == Direction.REQUEST;
            }
        };
    }

    /** Returns what {@link #loseNextAnswer(Runnable)} returns, with nothing to run. */
    static Fault loseNextAnswer() {
        return loseNextAnswer(() -> {});
    }

    /**
     * Returns a fault that lets the next request through, and breaks its connection where its answer comes. It does that
     * once. Of several requests that are sent together those after the first may be lost with it.
     *
     * @param beforeCut runs when the answer has come, before the connection breaks
     */
    static Fault loseNextAnswer(Runnable beforeCut) {
        AtomicReference<@Nullable Socket> requester = new AtomicReference<>();
        AtomicBoolean isDone = new AtomicBoolean();
        return new Fault() {
            @Override
            public boolean passes(Direction direction, Socket client) {
                if (direction == Direction.REQUEST) {
                    requester.compareAndSet(null, client);
                    return true;
                }
                if (client.equals(requester.get()) && !isDone.getAndSet(true)) {
                    beforeCut.run();
                    return false;
                }
                return true;
            }
        };
    }
}

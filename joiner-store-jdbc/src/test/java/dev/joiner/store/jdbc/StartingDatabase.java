package dev.joiner.store.jdbc;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Refuses connections to a PostgreSQL as one that is still starting does, for a while, and passes them on then. */
final class StartingDatabase implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Socket> open = new ArrayList<>();
    private final int server;
    private int refusals;

    StartingDatabase(int server, int refusals) throws IOException {
        this.server = server;
        this.refusals = refusals;
        new Thread(this::accept, "starting-database").start();
    }

    int port() {
        return socket.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = socket.accept();
                if (refusals > 0) {
                    refusals--;
                    refuse(client);
                } else {
                    Socket onward = new Socket(InetAddress.getLoopbackAddress(), server);
                    remember(client, onward);
                    new Thread(() -> pass(client, onward), "to-database").start();
                    new Thread(() -> pass(onward, client), "from-database").start();
                }
            }
        } catch (IOException e) {
            // closed
        }
    }

    private static void refuse(Socket client) throws IOException {
        try (client;
                DataInputStream in = new DataInputStream(client.getInputStream());
                DataOutputStream out = new DataOutputStream(client.getOutputStream())) {
            in.skipNBytes(in.readInt() - Integer.BYTES);
            byte[] fields = "SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0"
                    .getBytes(StandardCharsets.US_ASCII);
            out.writeByte('E');
            out.writeInt(fields.length + Integer.BYTES);
            out.write(fields);
        }
    }

    private static void pass(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // One of the two has ended, and with it the other.
        }
    }

    private synchronized void remember(Socket client, Socket onward) {
        open.add(client);
        open.add(onward);
    }

    @Override
    public synchronized void close() throws IOException {
        socket.close();
        for (Socket each : open) {
            each.close();
        }
    }
}

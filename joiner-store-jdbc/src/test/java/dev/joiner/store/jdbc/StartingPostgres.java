package dev.joiner.store.jdbc;

import dev.joiner.test.servers.Fault;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/** Refuses the first connections as a PostgreSQL that is still starting does. */
final class StartingPostgres implements Fault {
    private final AtomicInteger refusals;

    StartingPostgres(int refusals) {
        this.refusals = new AtomicInteger(refusals);
    }

    @Override
    public boolean admits(Socket client) throws IOException {
        if (refusals.getAndDecrement() <= 0) {
            return true;
        }
        DataInputStream in = new DataInputStream(client.getInputStream());
        in.skipNBytes(in.readInt() - Integer.BYTES);
        byte[] fields =
                "SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0".getBytes(StandardCharsets.US_ASCII);
        DataOutputStream out = new DataOutputStream(client.getOutputStream());
        out.writeByte('E');
        out.writeInt(fields.length + Integer.BYTES);
        out.write(fields);
        return false;
    }
}

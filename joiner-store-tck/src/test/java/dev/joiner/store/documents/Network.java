package dev.joiner.store.documents;

import dev.joiner.store.documents.DocumentClient.Call;
import dev.joiner.store.documents.DocumentClient.Fault;
import dev.joiner.store.documents.DocumentClient.Operation;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/** Says what becomes of the next requests of a client; all others arrive, and are answered. */
final class Network implements Function<Call, Fault> {
    private final Map<Call, Supplier<Fault>> planned = new HashMap<>();

    static Network of(DocumentClient client) {
        Network network = new Network();
        client.network(network);
        return network;
    }

    /** Says what becomes of the next request of that kind. */
    Network next(Operation operation, String table, Fault fault) {
        planned.put(new Call(operation, table), () -> fault);
        return this;
    }

    /** Holds up the next request of that kind, while another node does something. */
    Network beforeNext(Operation operation, String table, Runnable work) {
        planned.put(new Call(operation, table), () -> {
            work.run();
            return Fault.NONE;
        });
        return this;
    }

    @Override
    public Fault apply(Call call) {
        Supplier<Fault> fault = planned.remove(call);
        return fault == null ? Fault.NONE : fault.get();
    }
}

package dev.joiner.store.documents;

import dev.joiner.store.documents.DocumentDatabase.Condition;
import dev.joiner.store.documents.DocumentDatabase.Found;
import dev.joiner.store.documents.DocumentDatabase.Head;
import dev.joiner.store.documents.DocumentDatabase.Item;
import dev.joiner.store.documents.DocumentDatabase.Page;
import dev.joiner.store.documents.DocumentDatabase.Partition;
import dev.joiner.store.documents.DocumentDatabase.Result;
import dev.joiner.store.documents.DocumentDatabase.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A client of a {@link DocumentDatabase}, which is on another machine: it shares no object with its callers, and each request
 * can fail before it reaches the server, or after.
 *
 * <p>It is thread-safe. It holds no lock while a request is under way.
 */
final class DocumentClient implements AutoCloseable {
    private final DocumentDatabase server;
    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private volatile Function<Call, Fault> network = call -> Fault.NONE;
    private volatile boolean closed;

    /** A request that failed; whether the server has carried it out is not known. */
    static final class RequestException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        RequestException(String message) {
            super(message);
        }
    }

    /** What a request is. */
    enum Operation {
        WRITE,
        GET,
        HEADS,
        QUERY,
        COUNT
    }

    /** A request to a table. */
    record Call(Operation operation, String table) {}

    /** What becomes of a request. */
    enum Fault {
        NONE,
        /** It never reaches the server. */
        LOST,
        /** The server carries it out, but the answer is lost. */
        ANSWER_LOST,
        /** The server carries it out, the answer is lost, and the client sends it again. */
        REPEATED
    }

    DocumentClient(DocumentDatabase server) {
        this.server = server;
    }

    /** Asks for each request what becomes of it, before it reaches the server. */
    void network(Function<Call, Fault> network) {
        this.network = network;
    }

    /** The requests since the last time this was asked. */
    List<Call> calls() {
        List<Call> made = List.copyOf(calls);
        calls.clear();
        return made;
    }

    Documents documents(String table, String partition) {
        return new Documents(table, partition);
    }

    @Override
    public void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }

    /** The items of one partition of a table. */
    final class Documents {
        private final Partition partition;

        private Documents(String table, String name) {
            partition = new Partition(table, name);
        }

        private <T> T send(Operation operation, Supplier<T> request) {
            if (closed) {
                throw new RequestException("the client is closed");
            }
            Call call = new Call(operation, partition.table());
            calls.add(call);
            Fault fault = network.apply(call);
            if (fault == Fault.LOST) {
                throw new RequestException("connection refused");
            }
            T answer = request.get();
            if (fault == Fault.ANSWER_LOST) {
                throw new RequestException("connection reset");
            }
            return fault == Fault.REPEATED ? request.get() : answer;
        }

        /**
         * Carries out up to {@value DocumentDatabase#MAX_BATCH} writes to distinct keys, each atomically and on its own condition;
         * in the order of the writes.
         */
        List<Result> write(List<Write> writes) {
            List<Write> sent = writes.stream()
                    .map(write -> new Write(write.key(), write.condition(), copy(write.item())))
                    .toList();
            return send(Operation.WRITE, () -> server.write(partition, sent)).stream()
                    .map(result -> new Result(result.applied(), copy(result.before())))
                    .toList();
        }

        /** Reads up to {@value DocumentDatabase#MAX_BATCH} items. Never stale, but may leave some for another request. */
        Found get(List<String> keys) {
            Found found = send(Operation.GET, () -> server.get(partition, List.copyOf(keys)));
            return new Found(copies(found.items()), List.copyOf(found.unanswered()));
        }

        /** Reads up to {@value DocumentDatabase#MAX_BATCH} items without their bytes. Never stale. */
        List<Head> heads(List<String> keys) {
            return List.copyOf(send(Operation.HEADS, () -> server.heads(partition, List.copyOf(keys))));
        }

        /** Reads the items between two keys in their order, one page of them. May show what was there a while ago. */
        Page query(String after, String before, int limit) {
            return page(after, before, limit, false);
        }

        /** Reads all items in the order of their keys, one page of them. Never stale. */
        Page scan(@Nullable String after, int limit) {
            return page(after, null, limit, true);
        }

        private Page page(@Nullable String after, @Nullable String before, int limit, boolean consistent) {
            Page page = send(Operation.QUERY, () -> server.query(partition, after, before, limit, consistent));
            return new Page(copies(page.items()), page.next());
        }

        long count() {
            return send(Operation.COUNT, () -> server.count(partition));
        }

        /** Deletes items, whatever they are. */
        void delete(List<String> keys) {
            write(keys.stream()
                    .map(key -> new Write(key, Condition.ALWAYS, null))
                    .toList());
        }
    }

    private static @Nullable Item copy(@Nullable Item item) {
        return item == null ? null : item.copy();
    }

    private static List<Item> copies(List<Item> items) {
        List<Item> copies = new ArrayList<>();
        items.forEach(item -> copies.add(item.copy()));
        return copies;
    }
}

package dev.joiner.store.documents;

import static dev.joiner.store.documents.DocumentDatabase.MAX_BATCH;

import dev.joiner.CodecException;
import dev.joiner.JoinStoreConfig;
import dev.joiner.StoreException;
import dev.joiner.ValueTooLargeException;
import dev.joiner.spi.EntryCodec;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.Versioned;
import dev.joiner.store.documents.DocumentClient.Documents;
import dev.joiner.store.documents.DocumentClient.RequestException;
import dev.joiner.store.documents.DocumentDatabase.Condition;
import dev.joiner.store.documents.DocumentDatabase.Found;
import dev.joiner.store.documents.DocumentDatabase.Head;
import dev.joiner.store.documents.DocumentDatabase.Item;
import dev.joiner.store.documents.DocumentDatabase.Result;
import dev.joiner.store.documents.DocumentDatabase.Write;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

// snippet:document-store-fields
/**
 * A store in a document database, behind a network. It takes no lock: its one write is a conditional put of one item.
 *
 * <p>The table {@code joins} has an item for each key, with the version and the state. The table {@code due} is the index: an
 * item for each state that will be due, sorted by time.
 */
final class DocumentJoinStore<K, V> implements JoinStore<K, V> {
    /** The rest of an item is for its key and for what the database adds. */
    private static final int MAX_STATE_BYTES = DocumentDatabase.MAX_ITEM_BYTES - 4_096;

    private final DocumentClient client;
    private final boolean closeClient;
    private final EntryCodec<K, V> codec;
    private final Documents joins;
    private final Documents index;
    private final Guesses guesses;
    // end:document-store-fields

    DocumentJoinStore(DocumentClient client, boolean closeClient, JoinStoreConfig<K, V> config, long cacheBytes) {
        this.client = client;
        this.closeClient = closeClient;
        codec = new EntryCodec<>(config, MAX_STATE_BYTES);
        joins = client.documents("joins", config.namespace());
        index = client.documents("due", config.namespace());
        guesses = new Guesses(cacheBytes);
    }

    @Override
    public boolean isRemote() {
        return true;
    }

    @Override
    public long maxEntryBytes() {
        return codec.maxBytes();
    }

    // snippet:document-store-reach
    /** After a failure nobody knows what is under the keys. */
    private <T> T reach(List<String> texts, Supplier<T> requests) {
        try {
            return requests.get();
        } catch (RequestException e) {
            guesses.forget(texts);
            throw new StoreException("the document database did not answer: " + e.getMessage(), e);
        }
    }

    @Override
    public @Nullable Versioned<V> guess(K key) {
        String text = codec.text(key);
        return held(text, guesses.get(text));
    }

    /** Decodes anew each time: a merge may change the value that it is given. */
    private @Nullable Versioned<V> held(String text, @Nullable Item item) {
        return item == null ? null : codec.held(text, item.version(), item.bytes());
    }
    // end:document-store-reach

    private @Nullable Versioned<V> saw(String text, @Nullable Item item) {
        guesses.saw(text, item);
        return held(text, item);
    }

    @Override
    public @Nullable Versioned<V> find(K key) {
        return findAll(List.of(key)).get(0);
    }

    @Override
    public List<@Nullable Versioned<V>> findAll(List<K> keys) {
        List<String> texts = keys.stream().map(codec::text).toList();
        return reach(texts, () -> {
            Map<String, Item> items = read(texts);
            List<@Nullable Versioned<V>> found = new ArrayList<>();
            texts.forEach(text -> found.add(saw(text, items.get(text))));
            return found;
        });
    }

    private Map<String, Item> read(List<String> texts) {
        Map<String, Item> items = new HashMap<>();
        Deque<String> wanted = new ArrayDeque<>(texts);
        while (!wanted.isEmpty()) {
            Found found = joins.get(wanted.stream().limit(MAX_BATCH).toList());
            found.items().forEach(item -> items.put(item.key(), item));
            for (int asked = Math.min(wanted.size(), MAX_BATCH); asked > 0; asked--) {
                wanted.remove();
            }
            wanted.addAll(found.unanswered()); // not answered does not mean that nothing is there
        }
        return items;
    }

    @Override
    public Exchange<V> compareAndExchange(K key, @Nullable Versioned<V> expected, @Nullable Versioned<V> next) {
        Exchange<V> exchange = compareAndExchangeAll(List.of(new Change<>(key, expected, next)))
                .get(0);
        if (exchange.refusal() != null) {
            throw exchange.refusal();
        }
        return exchange;
    }

    /** A change as the database sees it. */
    private final class Encoded {
        private final K key;
        private final String text;
        private final @Nullable Item item;
        private final Write write;
        private final @Nullable Appointment announcement;
        /** Of the state that is replaced; null if it has none, or cannot be read. */
        private final @Nullable Appointment outdated;

        Encoded(Change<K, V> change) {
            key = change.key();
            text = codec.text(key);
            Versioned<V> expected = change.expected();
            Versioned<V> next = change.next();
            item = next == null ? null : new Item(text, next.version(), codec.bytes(text, next.state()));
            write = new Write(text, expected == null ? Condition.ABSENT : Condition.version(expected.version()), item);
            announcement = appointment(next, expected == null ? null : expected.version());
            outdated = expected instanceof Versioned.Unreadable<V> ? null : appointment(expected, null);
        }

        private @Nullable Appointment appointment(@Nullable Versioned<V> written, @Nullable Long replaced) {
            return written == null || written.state().dueAt() == JoinState.NEVER
                    ? null
                    : new Appointment(text, written.state().dueAt(), written.version(), replaced);
        }

        boolean isMine(@Nullable Item held) {
            return item != null && held != null && item.version() == held.version();
        }
    }

    @Override
    public List<Exchange<V>> compareAndExchangeAll(List<Change<K, V>> changes) {
        Map<K, Exchange<V>> exchanges = new HashMap<>();
        List<Encoded> writes = new ArrayList<>();
        for (Change<K, V> change : changes) {
            try {
                writes.add(new Encoded(change));
            } catch (CodecException | ValueTooLargeException | IllegalArgumentException e) {
                exchanges.put(change.key(), Exchange.refused(e));
            }
        }
        return reach(texts(writes), () -> {
            for (int from = 0; from < writes.size(); from += MAX_BATCH) {
                exchange(writes.subList(from, Math.min(from + MAX_BATCH, writes.size())), exchanges);
            }
            return changes.stream().map(change -> exchanges.get(change.key())).toList();
        });
    }

    // snippet:document-store-exchange
    /** Three requests, in an order that leaves no entry without its appointment, wherever the network or this node fails. */
    private void exchange(List<Encoded> writes, Map<K, Exchange<V>> exchanges) {
        announce(writes);
        List<Result> results = written(writes);
        List<Appointment> outdated = new ArrayList<>();
        for (int i = 0; i < writes.size(); i++) {
            Encoded write = writes.get(i);
            Item before = results.get(i).before();
            boolean won = results.get(i).applied() || write.isMine(before);
            if (won) {
                guesses.saw(write.text, write.item);
            }
            exchanges.put(write.key, won ? Exchange.written() : Exchange.lost(saw(write.text, before)));
            outdated.add(won ? write.outdated : write.announcement);
        }
        clearUp(outdated);
    }

    /** Writes, or finds out what became of it: a write whose answer was lost has happened if its version is there. */
    private List<Result> written(List<Encoded> writes) {
        try {
            return joins.write(writes.stream().map(write -> write.write).toList());
        } catch (RequestException lost) {
            try {
                Map<String, Item> held = read(texts(writes));
                if (writes.stream().allMatch(write -> write.isMine(held.get(write.text)))) {
                    return Collections.nCopies(writes.size(), new Result(true, null));
                }
            } catch (RequestException e) {
                lost.addSuppressed(e);
            }
            throw lost;
        }
    }
    // end:document-store-exchange

    private List<String> texts(List<Encoded> writes) {
        return writes.stream().map(write -> write.text).toList();
    }

    private void announce(List<Encoded> writes) {
        List<Write> announcements = writes.stream()
                .map(write -> write.announcement)
                .filter(Objects::nonNull)
                .map(announcement -> new Write(announcement.key(), Condition.ALWAYS, announcement.item()))
                .toList();
        if (!announcements.isEmpty()) {
            index.write(announcements);
        }
    }

    // snippet:document-store-due
    /**
     * {@inheritDoc} What was written a moment ago may be missing, if the index lags behind. What is found is held now, as the
     * entries themselves are asked.
     */
    @Override
    public List<Due<K>> due(Instant from, Instant upTo, int limit) {
        return reach(List.of(), () -> {
            List<Due<K>> due = new ArrayList<>();
            List<Appointment> outdated = new ArrayList<>();
            String position = Appointment.from(JoinState.millis(from));
            while (position != null && due.size() < limit) {
                DocumentDatabase.Page page =
                        index.query(position, Appointment.upTo(JoinState.millis(upTo)), Math.min(limit, MAX_BATCH));
                List<Appointment> appointments =
                        page.items().stream().map(Appointment::of).toList();
                Map<String, Head> heads = heads(appointments);
                for (Appointment appointment : appointments) {
                    Head head = heads.get(appointment.text());
                    if (appointment.isKept(head) && due.size() < limit) {
                        due.add(codec.due(appointment.text(), appointment.at(), head.size()));
                    } else if (appointment.isOver(head)) {
                        outdated.add(appointment);
                    }
                }
                position = page.next();
            }
            clearUp(outdated);
            return due;
        });
    }
    // end:document-store-due

    /** Nothing depends on it: an appointment that is left is not kept, and the next search that meets it clears it up. */
    private void clearUp(List<@Nullable Appointment> outdated) {
        List<String> keys = outdated.stream()
                .filter(Objects::nonNull)
                .map(Appointment::key)
                .limit(MAX_BATCH)
                .toList();
        try {
            if (!keys.isEmpty()) {
                index.delete(keys);
            }
        } catch (RequestException e) {
            // as above
        }
    }

    private Map<String, Head> heads(List<Appointment> appointments) {
        List<String> texts =
                appointments.stream().map(Appointment::text).distinct().toList();
        return texts.isEmpty()
                ? Map.of()
                : joins.heads(texts).stream().collect(Collectors.toMap(Head::key, Function.identity()));
    }

    /** {@inheritDoc} The cursor is the last key of the page before, so that it can be kept, and used on any node. */
    @Override
    public Page<K, V> scan(@Nullable String cursor, int limit) {
        return reach(List.of(), () -> {
            DocumentDatabase.Page page = joins.scan(cursor, limit);
            return new Page<>(
                    page.items().stream()
                            .map(item -> codec.entry(item.key(), item.version(), item.bytes()))
                            .toList(),
                    page.next());
        });
    }

    @Override
    public long size() {
        return reach(List.of(), joins::count);
    }

    @Override
    public void close() {
        if (closeClient) {
            client.close();
        }
    }
}

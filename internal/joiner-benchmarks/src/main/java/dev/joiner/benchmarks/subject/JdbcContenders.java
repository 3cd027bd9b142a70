package dev.joiner.benchmarks.subject;

import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.benchmarks.subject.Contender.Kind;
import dev.joiner.benchmarks.subject.Database.Pool;
import dev.joiner.benchmarks.work.Message;
import dev.joiner.benchmarks.work.Receiver;
import dev.joiner.benchmarks.work.Whole;
import dev.joiner.benchmarks.work.Work;
import dev.joiner.store.jdbc.JdbcJoinStore;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/** What joins over a relational database. */
public final class JdbcContenders {
    private static final int BATCH = 500;

    public static final Contender<Database> JOINER = joiner("Joiner, JdbcJoinStore", JoinerSubject.codec());

    /** Its values can be read in the table. */
    public static final Contender<Database> TEXT = joiner("Joiner, values that are text", JoinerSubject.text());

    /** The same values, of which the store does not know that they are text. */
    public static final Contender<Database> BYTES = joiner(
            "Joiner, the same values as bytes", Codec.of(JoinerSubject.text()::encode, JoinerSubject.text()::decode));

    public static final Contender<Database> BATCHES = JOINER.inBatches("Joiner, batches of " + BATCH, BATCH);

    public static final Contender<Database> TRANSACTIONAL = Contender.of(
            "Joiner, transactional",
            Kind.JOINER,
            (database, work, receiver) -> joiner(
                    database, work, receiver, JoinerSubject.codec(), (spec, store) -> store.transactional(spec)));

    public static final Contender<Database> BY_HAND =
            Contender.of("SELECT FOR UPDATE, by hand", Kind.BY_HAND, HandWrittenSql::new);

    public static final Contender<Database> CAMEL =
            Contender.of("Camel, JdbcAggregationRepository", Kind.PEER, JdbcPeers::camel);

    public static final Contender<Database> SPRING =
            Contender.of("Spring Integration, JdbcMessageStore, JdbcLockRegistry", Kind.PEER, JdbcPeers::spring);

    public static final Contender<Database> BARE = Contender.of(
            "limit: as many bare statements",
            Kind.LIMIT,
            (database, work, receiver) -> new BareStatements(database, work));

    public static final Contender<Database> UPDATES = Contender.of(
            "limit: one bare UPDATE", Kind.LIMIT, (database, work, receiver) -> new BareUpdates(database, work));

    private JdbcContenders() {}

    public static List<Contender<Database>> all() {
        return List.of(JOINER, BATCHES, TRANSACTIONAL, BY_HAND, CAMEL, SPRING, BARE, UPDATES);
    }

    private static Contender<Database> joiner(String name, Codec<Whole> codec) {
        return Contender.of(
                name,
                Kind.JOINER,
                (database, work, receiver) -> joiner(database, work, receiver, codec, Joiner::create));
    }

    private static Subject joiner(
            Database database,
            Work work,
            Receiver receiver,
            Codec<Whole> codec,
            BiFunction<
                            JoinSpec<Message, String, Whole, Whole>,
                            JdbcJoinStore<String, Whole>,
                            ? extends Joiner<Message, ?>>
                    create) {
        String namespace = UniqueNames.next("joiner");
        JoinSpec<Message, String, Whole, Whole> spec = JoinerSubject.spec(receiver);
        List<Pool> pools = new ArrayList<>();
        List<Joiner<Message, ?>> nodes = new ArrayList<>();
        for (int node = 0; node < work.nodes(); node++) {
            Pool pool = database.pool(work.threads());
            pools.add(pool);
            nodes.add(create.apply(spec, JoinerStores.on(pool, namespace, codec)));
        }
        return new JoinerSubject(nodes, () -> pools.forEach(Pool::close));
    }
}

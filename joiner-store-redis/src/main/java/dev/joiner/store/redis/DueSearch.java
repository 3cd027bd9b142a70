package dev.joiner.store.redis;

import dev.joiner.CodecException;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinStore.Due;
import dev.joiner.spi.PartsChange;
import dev.joiner.store.redis.Layout.Shard;
import dev.joiner.store.redis.Redis.Answer;
import dev.joiner.store.redis.Redis.Batch;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import redis.clients.jedis.resps.Tuple;

/** Finds the oldest of what is due in all shards. */
final class DueSearch<K, V> {
    private static final byte[] NOTHING = {};

    /** How many keys are looked at even if fewer are wanted, when those in front turn out to have no entries. */
    private static final int LONGEST_LOOK = 1_000;

    private final Redis redis;
    private final Layout layout;
    private final List<Shard> shards;
    private final Entries<K, V> entries;
    private final long from;
    private final long upTo;
    private final int limit;

    DueSearch(Redis redis, Layout layout, Entries<K, V> entries, Instant from, Instant upTo, int limit) {
        this.redis = redis;
        this.layout = layout;
        shards = layout.shards;
        this.entries = entries;
        this.from = Entries.score(JoinState.millis(from));
        this.upTo = Entries.score(JoinState.millis(upTo));
        this.limit = limit;
    }

    /** A key that the index shows as due. */
    private record Indexed(Shard shard, Tuple tuple) {
        byte[] key() {
            return tuple.getBinaryElement();
        }

        long at() {
            return (long) tuple.getScore();
        }
    }

    /** At most {@code limit}, the oldest first; fewer are all that there are. */
    List<Due<K>> oldest() {
        for (int wanted = limit; ; wanted = (int) Math.min(Math.max(limit, LONGEST_LOOK), 4L * wanted)) {
            List<Indexed> indexed = indexed(wanted);
            List<Due<K>> due = withSizes(indexed);
            if (due.size() >= limit || indexed.size() < wanted) {
                return due.size() > limit ? due.subList(0, limit) : due;
            }
        }
    }

    /**
     * Looks at all shards in one round trip. Keys are spread evenly, so it asks each shard for its share and a little more, and
     * asks again for more only if that was not enough.
     */
    private List<Indexed> indexed(int wanted) {
        double share = (double) wanted / shards.size();
        long perShard = (long) Math.ceil(share + 4 * Math.sqrt(share) + 4);
        while (true) {
            int most = (int) Math.min(wanted, perShard);
            Batch batch = redis.batch();
            Answer<List<String>> agreed = redis.agreement().look(batch);
            List<Answer<List<Tuple>>> looks = shards.stream()
                    .map(shard -> batch.add(Command.due(shard, from, upTo, most)))
                    .toList();
            batch.send();
            redis.agreement().verify(agreed.required());
            List<Indexed> found = new ArrayList<>();
            double seenUpTo = Double.POSITIVE_INFINITY;
            for (int i = 0; i < looks.size(); i++) {
                Shard shard = shards.get(i);
                List<Tuple> tuples = looks.get(i).required();
                tuples.forEach(tuple -> found.add(new Indexed(shard, tuple)));
                if (tuples.size() == most) {
                    seenUpTo = Math.min(seenUpTo, tuples.get(most - 1).getScore());
                }
            }
            found.sort(Comparator.comparingLong(Indexed::at));
            List<Indexed> oldest = found.size() > wanted ? found.subList(0, wanted) : found;
            boolean isComplete =
                    oldest.size() == wanted && oldest.get(wanted - 1).at() <= seenUpTo;
            if (isComplete || most == wanted || seenUpTo == Double.POSITIVE_INFINITY) {
                return oldest;
            }
            perShard *= 4;
        }
    }

    /** Asks for the sizes of the entries in one more round trip. What has no entry is left out. */
    private List<Due<K>> withSizes(List<Indexed> indexed) {
        Batch batch = redis.batch();
        List<Answer<Long>> sizes = indexed.stream()
                .map(each -> batch.add(Command.size(each.shard(), each.key())))
                .toList();
        batch.send();
        Map<Integer, Answer<Object>> removals = new HashMap<>();
        Batch removal = redis.batch();
        for (int i = 0; i < indexed.size(); i++) {
            if (sizes.get(i).required() == 0) {
                removals.put(i, removal.add(removalFromIndex(indexed.get(i))));
            }
        }
        removal.send();
        List<Due<K>> due = new ArrayList<>(indexed.size());
        for (int i = 0; i < indexed.size(); i++) {
            Indexed each = indexed.get(i);
            Answer<Object> removed = removals.get(i);
            if (removed == null || !Command.WON.equals(removed.get())) {
                CodecException misplaced = layout.misplaced(each.shard(), each.key());
                due.add(
                        misplaced == null
                                ? entries.due(
                                        each.key(), each.at(), sizes.get(i).required())
                                : Due.unreadable(misplaced, each.at()));
            }
        }
        return due;
    }

    /**
     * Most keys without an entry were removed since the look, by another node. What somebody removed from a hash by hand would stay
     * in the index for ever, in front of everything else: to exchange nothing for nothing removes it there, and its parts with it.
     */
    private static Command<Object> removalFromIndex(Indexed gone) {
        return Command.exchange(
                gone.shard(),
                gone.key(),
                NOTHING,
                NOTHING,
                Command.NOT_DUE,
                PartsHash.change(PartsChange.between(null, null), true));
    }
}

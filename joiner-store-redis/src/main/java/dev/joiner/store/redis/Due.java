package dev.joiner.store.redis;

import dev.joiner.store.redis.Layout.Shard;
import dev.joiner.store.redis.Redis.Answer;
import dev.joiner.store.redis.Redis.Batch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import redis.clients.jedis.resps.Tuple;

/** Finds what is due in all shards. */
final class Due {
    private static final byte[] NOTHING = {};

    private final Redis redis;
    private final List<Shard> shards;
    private final long now;
    private final int limit;

    Due(Redis redis, Layout layout, long now, int limit) {
        this.redis = redis;
        shards = layout.shards;
        this.now = now;
        this.limit = limit;
    }

    /** A key that the index has as due. */
    private record Indexed(Shard shard, Tuple tuple) {
        byte[] key() {
            return tuple.getBinaryElement();
        }
    }

    /** Entries by their keys: a random choice among the oldest. */
    List<Map.Entry<byte[], byte[]>> page() {
        List<Indexed> oldest = oldest((int) Math.min(Integer.MAX_VALUE, 4L * limit));
        Collections.shuffle(oldest, ThreadLocalRandom.current());
        List<Map.Entry<byte[], byte[]>> page = new ArrayList<>();
        List<Indexed> gone = new ArrayList<>();
        for (int from = 0; from < oldest.size() && page.size() < limit; ) {
            int to = Math.min(oldest.size(), from + limit - page.size());
            read(oldest.subList(from, to), page, gone);
            from = to;
        }
        takeOut(gone);
        return page;
    }

    /**
     * Looks at all shards in one round trip. Keys are spread evenly, so that a share of what is wanted from each shard,
     * and some more, is enough; only if it is not, shards are asked for more.
     */
    private List<Indexed> oldest(int wanted) {
        double share = (double) wanted / shards.size();
        long perShard = (long) Math.ceil(share + 4 * Math.sqrt(share) + 4);
        while (true) {
            int most = (int) Math.min(wanted, perShard);
            Batch batch = redis.batch();
            Answer<List<String>> agreed = redis.agreement().look(batch);
            List<Answer<List<Tuple>>> looks = shards.stream()
                    .map(shard -> batch.add(Command.due(shard, now, most)))
                    .toList();
            batch.send();
            redis.agreement().verify(agreed.required());
            List<Indexed> found = new ArrayList<>();
            boolean cut = false;
            for (int i = 0; i < looks.size(); i++) {
                Shard shard = shards.get(i);
                List<Tuple> tuples = looks.get(i).required();
                tuples.forEach(tuple -> found.add(new Indexed(shard, tuple)));
                cut |= tuples.size() == most;
            }
            if (!cut || found.size() >= wanted || most == wanted) {
                found.sort(Comparator.comparingDouble(indexed -> indexed.tuple().getScore()));
                return found.size() > wanted ? found.subList(0, wanted) : found;
            }
            perShard *= 4;
        }
    }

    private void read(List<Indexed> indexed, List<Map.Entry<byte[], byte[]>> page, List<Indexed> gone) {
        Batch batch = redis.batch();
        List<Answer<byte[]>> entries = indexed.stream()
                .map(due -> batch.add(Command.entry(due.shard(), due.key())))
                .toList();
        batch.send();
        for (int i = 0; i < entries.size(); i++) {
            byte[] entry = entries.get(i).get();
            if (entry == null) {
                gone.add(indexed.get(i));
            } else {
                page.add(Map.entry(indexed.get(i).key(), entry));
            }
        }
    }

    /**
     * Most of them were taken out since the look, by another node. What somebody took out of a hash by hand would stay in
     * the index for ever, in front of everything else: to exchange nothing for nothing takes it out.
     */
    private void takeOut(List<Indexed> gone) {
        Batch batch = redis.batch();
        gone.forEach(due -> batch.add(Command.exchange(due.shard(), due.key(), NOTHING, NOTHING, Command.NOT_DUE)));
        batch.send();
    }
}

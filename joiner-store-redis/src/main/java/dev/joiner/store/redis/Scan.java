package dev.joiner.store.redis;

import dev.joiner.store.redis.Layout.Shard;
import dev.joiner.store.redis.Redis.Answer;
import dev.joiner.store.redis.Redis.Batch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.resps.ScanResult;

/**
 * One page of a scan through all shards.
 *
 * <p>Redis takes a limit as a hint, and gives a small hash as a whole. So the cursor of a page is the shard, Redis's own
 * cursor in it, and the keys that Redis gave beyond the page: no server and no store has to remember anything.
 */
final class Scan {
    private static final String BEGIN = "0";
    private static final String END = "";

    private final Redis redis;
    private final List<Shard> shards;
    private final int limit;

    private int shard;
    private String inShard = BEGIN;
    /** What the shard gave already and is on no page yet. */
    private final Deque<byte[]> left = new ArrayDeque<>();

    private final List<Map.Entry<byte[], byte[]>> page = new ArrayList<>();

    Scan(Redis redis, Layout layout, @Nullable String cursor, int limit) {
        this.redis = redis;
        shards = layout.shards;
        this.limit = limit;
        if (cursor != null) {
            resume(cursor);
        }
    }

    private void resume(String cursor) {
        try {
            String[] parts = cursor.split("\\.", -1);
            shard = shards.get(Integer.parseInt(parts[0])).number;
            inShard = parts[1].equals(END) ? END : Long.toUnsignedString(Long.parseUnsignedLong(parts[1]));
            Arrays.stream(parts).skip(2).map(Base64.getUrlDecoder()::decode).forEach(left::add);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("cursor is \"" + cursor + "\", which is none of this store's", e);
        }
    }

    /** Entries by their keys, until there are enough or no more. */
    List<Map.Entry<byte[], byte[]>> page() {
        Batch batch = redis.batch();
        List<Answer<byte[]>> leftovers = left.stream()
                .limit(limit)
                .map(key -> batch.add(Command.entry(shards.get(shard), key)))
                .toList();
        List<Answer<Long>> counts =
                shards.stream().skip(shard).map(Command::count).map(batch::add).toList();
        int first = shard;
        batch.send();
        leftovers.forEach(entry -> add(left.remove(), entry.get()));
        goOn();
        while (page.size() < limit && shard < shards.size()) {
            read(counts.subList(shard - first, counts.size()));
        }
        return page;
    }

    /** Reads as many shards at once as the page seems to need. */
    private void read(List<Answer<Long>> counts) {
        Batch batch = redis.batch();
        Map<Integer, Answer<ScanResult<Map.Entry<byte[], byte[]>>>> results = new LinkedHashMap<>();
        int wanted = limit - page.size();
        long expected = 0;
        for (int i = 0; i < counts.size() && expected < wanted; i++) {
            long count = counts.get(i).required();
            boolean begun = i == 0 && !inShard.equals(BEGIN);
            if (begun || count > 0) {
                String from = begun ? inShard : BEGIN;
                results.put(shard + i, batch.add(Command.scan(shards.get(shard + i), Layout.utf8(from), wanted)));
                expected += begun ? wanted : count;
            }
        }
        batch.send();
        shard = results.isEmpty() ? shards.size() : shard;
        for (Map.Entry<Integer, Answer<ScanResult<Map.Entry<byte[], byte[]>>>> entry : results.entrySet()) {
            if (page.size() == limit) {
                return; // what comes now is read again for the next page
            }
            ScanResult<Map.Entry<byte[], byte[]>> result = entry.getValue().required();
            shard = entry.getKey();
            inShard = result.getCursor().equals(BEGIN) ? END : result.getCursor();
            result.getResult().forEach(found -> add(found.getKey(), found.getValue()));
            if (!goOn()) {
                return;
            }
        }
    }

    private void add(byte[] key, byte @Nullable [] entry) {
        if (page.size() == limit) {
            left.add(key);
        } else if (entry != null) {
            page.add(Map.entry(key, entry));
        }
    }

    /** Leaves a shard that has given everything; false if it has not. */
    private boolean goOn() {
        boolean done = inShard.equals(END) && left.isEmpty();
        if (done) {
            shard++;
            inShard = BEGIN;
        }
        return done;
    }

    /** The cursor of the page after this one; null if this is the last. */
    @Nullable
    String next() {
        if (shard == shards.size()) {
            return null;
        }
        StringBuilder cursor = new StringBuilder().append(shard).append('.').append(inShard);
        Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
        left.forEach(key -> cursor.append('.').append(encoder.encodeToString(key)));
        return cursor.toString();
    }
}

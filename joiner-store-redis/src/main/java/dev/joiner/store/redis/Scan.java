package dev.joiner.store.redis;

import dev.joiner.store.redis.Layout.Shard;
import dev.joiner.store.redis.Redis.Answer;
import dev.joiner.store.redis.Redis.Batch;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One page of a scan through all shards.
 *
 * <p>Redis takes a limit as a hint, and gives a small hash as a whole. So the cursor of a page is the shard, Redis's own
 * cursor in it, how many shards to read at once, and the keys that Redis gave beyond the page. Nothing has to be remembered by a server or a store.
 */
final class Scan {
    private static final String BEGIN = "0";
    private static final String END = "";
    /** How many bytes of keys and entries are on a page, unless it has one entry only. */
    static final long PAGE_BYTES = 4 << 20;

    private final Redis redis;
    private final List<Shard> shards;
    private final int limit;

    private int shard;
    /** How many shards are read at once at most: of large entries a server would read in vain what does not fit. */
    private int most;

    private String inShard = BEGIN;
    /** What the shard gave already, but is not on a page yet. */
    private final Deque<byte[]> left = new ArrayDeque<>();

    private final List<Found> page = new ArrayList<>();
    private long room = PAGE_BYTES;

    /** An entry, and where it is. */
    record Found(Shard shard, Map.Entry<byte[], byte[]> entry) {}

    Scan(Redis redis, Layout layout, @Nullable String cursor, int limit) {
        this.redis = redis;
        shards = layout.shards;
        this.limit = limit;
        most = shards.size();
        if (cursor != null) {
            resume(cursor);
        }
    }

    private void resume(String cursor) {
        try {
            String[] parts = cursor.split("\\.", -1);
            shard = shards.get(Integer.parseInt(parts[0])).number;
            inShard = parts[1].equals(END) ? END : Long.toUnsignedString(Long.parseUnsignedLong(parts[1]));
            most = Integer.parseInt(parts[2]);
            if (most < 1) {
                throw new IllegalArgumentException("no shard would be read");
            }
            Arrays.stream(parts).skip(3).map(Base64.getUrlDecoder()::decode).forEach(left::add);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("cursor is \"" + cursor + "\", which did not come from this store", e);
        }
    }

    /** Entries by their keys, until there are enough or no more. */
    List<Found> page() {
        Batch batch = redis.batch();
        Answer<Object> begun = isBegun() ? batch.add(partOf(shard, room)) : null;
        List<Answer<Long>> counts =
                shards.stream().skip(shard).map(Command::count).map(batch::add).toList();
        int first = shard;
        batch.send();
        if (begun != null && !take(begun)) { // full
            return page;
        }
        // Of many shards each gets its share of the room. If that is too little for one of them, it gets all of it.
        while (page.size() < limit && room > 0) {
            List<Integer> chosen = choose(counts.subList(shard - first, counts.size()));
            if (chosen.isEmpty()) {
                shard = shards.size();
                return page;
            }
            boolean isDone = read(chosen);
            if (!isDone && chosen.size() == 1) {
                return page;
            }
            most = isDone ? Math.max(most, 2 * chosen.size()) : 1;
        }
        return page;
    }

    private boolean isBegun() {
        return !left.isEmpty() || !inShard.equals(BEGIN);
    }

    /** What is left of a shard that was begun, or the beginning of another. */
    private Command<Object> partOf(int number, long share) {
        boolean isCurrent = number == shard;
        return Command.page(
                shards.get(number),
                isCurrent ? inShard : BEGIN,
                isCurrent ? left : List.of(),
                limit - page.size(),
                share,
                isCurrent && page.isEmpty());
    }

    /** Chooses as many shards as the rest of the page seems to need. */
    private List<Integer> choose(List<Answer<Long>> counts) {
        int wanted = limit - page.size();
        long expected = 0;
        List<Integer> chosen = new ArrayList<>();
        for (int i = 0; i < counts.size() && expected < wanted && chosen.size() < most; i++) {
            long count = counts.get(i).required();
            if (count > 0 || (i == 0 && isBegun())) {
                chosen.add(shard + i);
                expected += count;
            }
        }
        return chosen;
    }

    /**
     * Reads some shards at once.
     *
     * @return false if one of them had more than there was room for
     */
    private boolean read(List<Integer> chosen) {
        goTo(chosen.get(0));
        Batch batch = redis.batch();
        Map<Integer, Answer<Object>> parts = new LinkedHashMap<>();
        chosen.forEach(number -> parts.put(number, batch.add(partOf(number, room / chosen.size()))));
        batch.send();
        for (Map.Entry<Integer, Answer<Object>> part : parts.entrySet()) {
            goTo(part.getKey());
            if (page.size() == limit) {
                return true; // what comes now is read again for the next page
            }
            if (!take(part.getValue())) {
                return page.size() == limit;
            }
        }
        return true;
    }

    /** Takes in what a shard gave, and goes on to the next one if that was everything; returns whether it was. */
    private boolean take(Answer<Object> answer) {
        List<?> part = (List<?>) answer.required();
        inShard = new String((byte[]) part.get(0), StandardCharsets.US_ASCII);
        List<?> entries = (List<?>) part.get(1);
        left.clear();
        ((List<?>) part.get(2)).forEach(key -> left.add((byte[]) key));
        for (int i = 0; i < entries.size(); i += 2) {
            byte[] key = (byte[]) entries.get(i);
            byte[] entry = (byte[]) entries.get(i + 1);
            if (page.size() < limit) {
                page.add(new Found(shards.get(shard), Map.entry(key, entry)));
                room -= key.length + entry.length;
            } else {
                left.add(key); // other shards had more than was expected
            }
        }
        boolean isDone = inShard.equals(END) && left.isEmpty();
        if (isDone) {
            goTo(shard + 1);
        }
        return isDone;
    }

    private void goTo(int number) {
        if (number != shard) {
            shard = number;
            inShard = BEGIN;
        }
    }

    /** The cursor of the page after this one; null if this is the last. */
    @Nullable
    String next() {
        if (shard == shards.size()) {
            return null;
        }
        StringBuilder cursor = new StringBuilder()
                .append(shard)
                .append('.')
                .append(inShard)
                .append('.')
                .append(most);
        Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
        left.forEach(key -> cursor.append('.').append(encoder.encodeToString(key)));
        return cursor.toString();
    }
}

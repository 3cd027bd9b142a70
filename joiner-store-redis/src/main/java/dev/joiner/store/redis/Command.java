package dev.joiner.store.redis;

import dev.joiner.store.redis.Layout.Shard;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.Response;
import redis.clients.jedis.params.ZRangeParams;
import redis.clients.jedis.resps.Tuple;

/**
 * A command for Redis.
 *
 * @param where the Redis key that it is about, or one in the same slot
 * @param writes whether it may change something
 * @param piped adds it to a pipeline
 * @param withScript what to send instead to a server that does not know the script; null if there is no script in it
 */
record Command<T>(
        String where,
        boolean writes,
        Function<AbstractPipeline, Response<T>> piped,
        @Nullable Command<T> withScript) {

    /** The answer to an exchange that was won. One that was lost is answered with the entry that is there, or null. */
    static final Long WON = 1L;

    /** Instead of a time: the entry is not due any more. */
    static final byte[] NOT_DUE = {'-'};

    /** Answers with what is there if that is not expected. The version of an entry that is too short for one ends in zeros. */
    private static final String COMPARE = """
            local held = redis.call('HGET', KEYS[1], ARGV[1])
            local version = held and string.sub(held, 1, 8) or ''
            if held and #version < 8 then
              version = version .. string.rep('\\0', 8 - #version)
            end
            if version ~= ARGV[2] then
              return held
            end
            """;

    private static final String WRITE_DUE = """
            if ARGV[4] == '-' then
              redis.call('ZREM', KEYS[2], ARGV[1])
            elseif ARGV[4] ~= '' then
              redis.call('ZADD', KEYS[2], ARGV[4], ARGV[1])
            end
            """;

    private static final String WRITE_ENTRY = """
            if ARGV[3] ~= '' then
              redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
            elseif held then
              redis.call('HDEL', KEYS[1], ARGV[1])
            end
            return 1
            """;

    /**
     * Puts or removes an entry if the key holds the expected version. The due index goes first: it is what may be refused, and
     * then everything is as it was.
     */
    private static final Script EXCHANGE = new Script(COMPARE + WRITE_DUE + WRITE_ENTRY);

    /**
     * The same, and what it does to the parts of the key. Ids are looked for only once the version is the expected one: a write
     * that is repeated finds itself, and not its own ids.
     *
     * <p>A server that is full refuses the first write of a script, if that may need memory, and lets all others go through. So a
     * write that appends nothing begins with one that needs none: joins can be finished.
     */
    private static final Script EXCHANGE_WITH_PARTS =
            new Script(COMPARE + PartsHash.LOOK + WRITE_DUE + PartsHash.CHANGE + WRITE_ENTRY);

    /**
     * A limit is a hint for HSCAN, which reads the values as well: so it is asked for few at first, and for more as long as
     * they turn out to be small.
     */
    private static final byte[] PAGE = """
            local cursor, limit, room = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
            local entries, rest = {}, {}
            local function fits(size)
              return #entries < 2 * limit and (size <= room or (ARGV[4] == '1' and #entries == 0))
            end
            local function add(key, entry)
              room = room - #key - #entry
              entries[#entries + 1] = key
              entries[#entries + 1] = entry
            end
            for i = 5, #ARGV do
              if fits(#ARGV[i] + redis.call('HSTRLEN', KEYS[1], ARGV[i])) then
                local entry = redis.call('HGET', KEYS[1], ARGV[i])
                if entry then
                  add(ARGV[i], entry)
                end
              else
                rest[#rest + 1] = ARGV[i]
              end
            end
            local count = 1
            while cursor ~= '' and #rest == 0 and #entries < 2 * limit do
              local found = redis.call('HSCAN', KEYS[1], cursor, 'COUNT', math.min(count, limit - #entries / 2))
              cursor = found[1] == '0' and '' or found[1]
              for i = 1, #found[2], 2 do
                local key, entry = found[2][i], found[2][i + 1]
                if fits(#key + #entry) then
                  add(key, entry)
                else
                  rest[#rest + 1] = key
                end
              end
              count = math.min(2 * count, 256)
            end
            return {cursor, entries, rest}
            """.getBytes(StandardCharsets.US_ASCII);

    /** A script that a server keeps once it has run. */
    private static final class Script {
        private final byte[] text;
        private final byte[] sha;

        Script(String text) {
            this.text = text.getBytes(StandardCharsets.US_ASCII);
            sha = sha1(this.text);
        }

        Command<Object> write(Shard shard, List<byte[]> keys, List<byte[]> args) {
            Command<Object> whole = Command.write(shard.name, pipeline -> pipeline.eval(text, keys, args));
            return new Command<>(shard.name, true, pipeline -> pipeline.evalsha(sha, keys, args), whole);
        }
    }

    /**
     * @param expected eight bytes, or none if nothing is to be there
     * @param next the entry, or no bytes to remove it
     * @param due digits, or {@link #NOT_DUE}, or no bytes if it is due when it was
     */
    static Command<Object> exchange(Shard shard, byte[] key, byte[] expected, byte[] next, byte[] due) {
        return EXCHANGE.write(shard, List.of(shard.joins, shard.due), List.of(key, expected, next, due));
    }

    /**
     * An exchange that also changes the parts of the key. Where ids of what is appended are there already, the answer is a list of
     * those and their numbers in turn.
     *
     * @param parts from {@link PartsHash#change}
     */
    static Command<Object> exchange(
            Shard shard, byte[] key, byte[] expected, byte[] next, byte[] due, List<byte[]> parts) {
        List<byte[]> args = new ArrayList<>(List.of(key, expected, next, due));
        args.addAll(parts);
        return EXCHANGE_WITH_PARTS.write(shard, List.of(shard.joins, shard.due, shard.parts(key)), args);
    }

    /**
     * Parts of a number from a position on, as long as they are within a number of bytes, but one if there is one.
     *
     * @return ids and parts in turn, with null for a part of which only the id is there
     */
    static Command<Object> parts(Shard shard, byte[] key, long number, int from, int limit, long bytes) {
        List<byte[]> keys = List.of(shard.parts(key));
        List<byte[]> args = List.of(
                PartsHash.bytes(number),
                Layout.utf8(String.valueOf(from)),
                Layout.utf8(String.valueOf(limit)),
                Layout.utf8(String.valueOf(bytes)));
        return read(shard.name, pipeline -> pipeline.eval(PartsHash.PAGE, keys, args));
    }

    /** Fields of the hash of a key's parts. */
    static Command<List<byte[]>> partFields(Shard shard, byte[] key, List<byte[]> fields) {
        byte[] parts = shard.parts(key);
        byte[][] names = fields.toArray(byte[][]::new);
        return read(shard.name, pipeline -> pipeline.hmget(parts, names));
    }

    static Command<byte[]> entry(Shard shard, byte[] key) {
        return read(shard.name, pipeline -> pipeline.hget(shard.joins, key));
    }

    /** The size of an entry in bytes; 0 if there is none. */
    static Command<Long> size(Shard shard, byte[] key) {
        return read(shard.name, pipeline -> pipeline.hstrlen(shard.joins, key));
    }

    static Command<Long> count(Shard shard) {
        return read(shard.name, pipeline -> pipeline.hlen(shard.joins));
    }

    /** The first {@code limit} keys that are due from one time to another, and when. */
    static Command<List<Tuple>> due(Shard shard, long from, long upTo, int limit) {
        ZRangeParams range =
                ZRangeParams.zrangeByScoreParams((double) from, (double) upTo).limit(0, limit);
        return read(shard.name, pipeline -> pipeline.zrangeWithScores(shard.due, range));
    }

    /**
     * Entries of a shard: those under some keys first, then those from a cursor on, as long as there is room for them. An entry
     * that is larger than all of the room is given alone, if it may be.
     *
     * @param cursor none if the end was reached before
     * @return the cursor, keys and entries in turn, and keys that there was no room for
     */
    static Command<Object> page(
            Shard shard, String cursor, Collection<byte[]> keys, int limit, long room, boolean alone) {
        List<byte[]> args = new ArrayList<>(List.of(
                Layout.utf8(cursor),
                Layout.utf8(String.valueOf(limit)),
                Layout.utf8(String.valueOf(room)),
                Layout.utf8(alone ? "1" : "0")));
        args.addAll(keys);
        List<byte[]> joins = List.of(shard.joins);
        return read(shard.name, pipeline -> pipeline.eval(PAGE, joins, args));
    }

    static Command<Long> setIfAbsent(String key, String field, String value) {
        return write(key, pipeline -> pipeline.hsetnx(key, field, value));
    }

    static Command<List<String>> fields(String key, String... fields) {
        return read(key, pipeline -> pipeline.hmget(key, fields));
    }

    /** What the node that has the key says of itself. */
    static Command<Object> info(String where) {
        return read(where, pipeline -> pipeline.sendCommand(new CommandArguments(Protocol.Command.INFO)));
    }

    /** Has to go before a command that a node of a cluster was named for while a slot is on the way to it. */
    static Command<Object> asking(String where) {
        return read(where, pipeline -> pipeline.sendCommand(new CommandArguments(Protocol.Command.ASKING)));
    }

    private static <T> Command<T> read(String where, Function<AbstractPipeline, Response<T>> piped) {
        return new Command<>(where, false, piped, null);
    }

    private static <T> Command<T> write(String where, Function<AbstractPipeline, Response<T>> piped) {
        return new Command<>(where, true, piped, null);
    }

    private static byte[] sha1(byte[] script) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(script);
            return HexFormat.of().formatHex(digest).getBytes(StandardCharsets.US_ASCII);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}

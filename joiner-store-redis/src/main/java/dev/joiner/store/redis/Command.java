package dev.joiner.store.redis;

import dev.joiner.store.redis.Layout.Shard;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.params.ZRangeParams;
import redis.clients.jedis.resps.ScanResult;
import redis.clients.jedis.resps.Tuple;

/**
 * Something to ask of Redis, alone or in a pipeline.
 *
 * @param where the Redis keys that it is about, for messages
 * @param withScript what to ask instead of a server that does not know the script; null if there is none in it
 */
record Command<T>(
        String where,
        Function<UnifiedJedis, T> alone,
        Function<AbstractPipeline, Response<T>> piped,
        @Nullable Supplier<Command<T>> withScript) {

    /** The answer of an exchange that was won. Otherwise the answer is the entry that is there, or null. */
    static final Long WON = 1L;

    /** Instead of a time: the entry is due no more. */
    static final byte[] NOT_DUE = {'-'};

    /**
     * The one write: puts an entry, or takes it out, if the key holds the expected version. Changes the due index first,
     * as that may be refused, so that a refusal leaves everything as it was; an entry too short for a version has one
     * that ends in zeros.
     */
    private static final String EXCHANGE = """
            local held = redis.call('HGET', KEYS[1], ARGV[1])
            local version = held and string.sub(held, 1, 8) or ''
            if held and #version < 8 then
              version = version .. string.rep('\\0', 8 - #version)
            end
            if version ~= ARGV[2] then
              return held
            end
            if ARGV[4] == '-' then
              redis.call('ZREM', KEYS[2], ARGV[1])
            elseif ARGV[4] ~= '' then
              redis.call('ZADD', KEYS[2], ARGV[4], ARGV[1])
            end
            if ARGV[3] ~= '' then
              redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
            elseif held then
              redis.call('HDEL', KEYS[1], ARGV[1])
            end
            return 1
            """;

    private static final byte[] SCRIPT = EXCHANGE.getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SHA = sha1(SCRIPT);

    /**
     * @param expected eight bytes, or none if nothing is to be there
     * @param next the entry, or no bytes to take it out
     * @param due digits, or {@link #NOT_DUE}, or no bytes if it is due when it was
     */
    static Command<Object> exchange(Shard shard, byte[] key, byte[] expected, byte[] next, byte[] due) {
        List<byte[]> keys = List.of(shard.joins, shard.due);
        List<byte[]> args = List.of(key, expected, next, due);
        return new Command<>(
                shard.name,
                jedis -> jedis.evalsha(SHA, keys, args),
                pipeline -> pipeline.evalsha(SHA, keys, args),
                () -> new Command<>(
                        shard.name,
                        jedis -> jedis.eval(SCRIPT, keys, args),
                        pipeline -> pipeline.eval(SCRIPT, keys, args),
                        null));
    }

    static Command<byte[]> entry(Shard shard, byte[] key) {
        return new Command<>(
                shard.name, jedis -> jedis.hget(shard.joins, key), pipeline -> pipeline.hget(shard.joins, key), null);
    }

    static Command<Long> count(Shard shard) {
        return new Command<>(
                shard.name, jedis -> jedis.hlen(shard.joins), pipeline -> pipeline.hlen(shard.joins), null);
    }

    /** The first {@code limit} keys that are due, and when. */
    static Command<List<Tuple>> due(Shard shard, long now, int limit) {
        ZRangeParams range = ZRangeParams.zrangeByScoreParams(Double.NEGATIVE_INFINITY, (double) now)
                .limit(0, limit);
        return new Command<>(
                shard.name,
                jedis -> jedis.zrangeWithScores(shard.due, range),
                pipeline -> pipeline.zrangeWithScores(shard.due, range),
                null);
    }

    /** Some entries from the cursor on; the limit is a hint. */
    static Command<ScanResult<Map.Entry<byte[], byte[]>>> scan(Shard shard, byte[] cursor, int limit) {
        ScanParams params = new ScanParams().count(limit);
        return new Command<>(
                shard.name,
                jedis -> jedis.hscan(shard.joins, cursor, params),
                pipeline -> pipeline.hscan(shard.joins, cursor, params),
                null);
    }

    static Command<Long> setIfAbsent(String key, String field, String value) {
        return new Command<>(
                key, jedis -> jedis.hsetnx(key, field, value), pipeline -> pipeline.hsetnx(key, field, value), null);
    }

    static Command<List<String>> fields(String key, String... fields) {
        return new Command<>(key, jedis -> jedis.hmget(key, fields), pipeline -> pipeline.hmget(key, fields), null);
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

package dev.joiner.store.redis;

import dev.joiner.spi.PartsChange;
import dev.joiner.spi.PartsChange.Append;
import dev.joiner.spi.PartsChange.Range;
import dev.joiner.spi.StoredParts.Part;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a key's joins as Redis holds them: one hash, in the slot of the key's entry. A part has up to three fields, each a
 * letter, the eight bytes of its join's number, and
 *
 * <ul>
 *   <li>{@code p}, the position in digits: the part, as its codec wrote it
 *   <li>{@code n}, the position: its id; for a part without one there is none, and nothing as the value once the part is stripped
 *   <li>{@code i}, the id: nothing
 * </ul>
 *
 * <p>The id that is found by its position lets parts be stripped and removed without a look at their bytes.
 */
final class PartsHash {
    /** How many bytes of parts are read at once, unless it is one part. */
    static final long PAGE_BYTES = 1 << 20;

    private static final byte[] NOTHING = {};
    private static final byte[] YES = {'1'};
    private static final byte[] NO = {'0'};

    /*
     * The scripts hand no more than some 3,000 values to a command: Lua's stack has room for 8,000.
     */

    /**
     * Reads the arguments up to the parts that are appended, and answers with those of their ids that are there. A hash is asked for
     * first: if it is something else, the script fails before it has written anything.
     */
    static final String LOOK = """
            local cursor = 5
            local function take()
              cursor = cursor + 1
              return ARGV[cursor - 1]
            end
            local removesAll = take() == '1'
            local numbers = {}
            for i = 1, tonumber(take()) do
              numbers[i] = take()
            end
            local appended = tonumber(take())
            local first = cursor
            local last = first + 3 * appended - 1
            cursor = last + 1
            local hasParts = redis.call('HLEN', KEYS[3]) > 0
            local present = {}
            for _, number in ipairs(numbers) do
              local ids, fields = {}, {}
              for i = first, last, 3 do
                if ARGV[i + 1] ~= '' then
                  ids[#ids + 1] = ARGV[i + 1]
                  fields[#fields + 1] = 'i' .. number .. ARGV[i + 1]
                end
                if #fields > 0 and (#fields == 1000 or i + 2 == last) then
                  for j, found in ipairs(redis.call('HMGET', KEYS[3], unpack(fields))) do
                    if found then
                      present[#present + 1] = ids[j]
                      present[#present + 1] = number
                    end
                  end
                  ids, fields = {}, {}
                end
              end
            end
            if #present > 0 then
              return present
            end
            if appended == 0 then
              redis.call('HDEL', KEYS[3], '')
            end
            """;

    /** Where there is no entry, what is found is of one that somebody has deleted by hand. */
    static final String CHANGE = """
            if hasParts and (removesAll or not held) then
              redis.call('UNLINK', KEYS[3])
            end
            local added, size = {}, 0
            local function add(field, value)
              added[size + 1] = field
              added[size + 2] = value
              size = size + 2
            end
            for i = first, last, 3 do
              local place, id = ARGV[i], ARGV[i + 1]
              add('p' .. place, ARGV[i + 2])
              if id ~= '' then
                add('n' .. place, id)
                add('i' .. string.sub(place, 1, 8) .. id, '')
              end
              if size > 3000 or i + 2 == last then
                redis.call('HSET', KEYS[3], unpack(added, 1, size))
                size = 0
              end
            end
            for _, kind in ipairs({'strip', 'remove'}) do
              for _ = 1, tonumber(take()) do
                local number = take()
                local from = tonumber(take())
                local to = tonumber(take())
                for begin = from, to - 1, 1000 do
                  local gone, named, stripped = {}, {}, {}
                  for position = begin, math.min(begin + 1000, to) - 1 do
                    gone[#gone + 1] = 'p' .. number .. position
                    named[#named + 1] = 'n' .. number .. position
                  end
                  for i, id in ipairs(redis.call('HMGET', KEYS[3], unpack(named))) do
                    if kind == 'remove' then
                      gone[#gone + 1] = named[i]
                      if id and id ~= '' then
                        gone[#gone + 1] = 'i' .. number .. id
                      end
                    elseif not id then
                      stripped[#stripped + 1] = named[i]
                      stripped[#stripped + 1] = ''
                    end
                  end
                  redis.call('HDEL', KEYS[3], unpack(gone))
                  if #stripped > 0 then
                    redis.call('HSET', KEYS[3], unpack(stripped))
                  end
                end
              end
            end
            """;

    /** Asks for the sizes before it reads: nobody knows how large the next parts are. */
    static final byte[] PAGE = """
            local number, position, limit, room = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
            local page, fields = {}, {}
            local last = position + limit - 1
            local isFull = false
            while position <= last and not isFull do
              local part = 'p' .. number .. position
              local size = redis.call('HSTRLEN', KEYS[1], part) + 32
              isFull = size > room and (#page > 0 or #fields > 0)
              if not isFull then
                room = room - size
                fields[#fields + 1] = 'n' .. number .. position
                fields[#fields + 1] = part
                position = position + 1
              end
              if #fields > 0 and (#fields == 1000 or isFull or position > last) then
                local values = redis.call('HMGET', KEYS[1], unpack(fields))
                for i = 1, #fields, 2 do
                  if not values[i] and not values[i + 1] then
                    return page
                  end
                  page[#page + 1] = values[i]
                  page[#page + 1] = values[i + 1]
                end
                fields = {}
              end
            end
            return page
            """.getBytes(StandardCharsets.US_ASCII);

    private PartsHash() {}

    static byte[] bytes(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    /**
     * What an exchange does to the parts of its key, as the script takes it.
     *
     * @param isLast whether the key has nothing afterwards, so that its parts can go as a whole
     */
    static List<byte[]> change(PartsChange change, boolean isLast) {
        boolean removesAll = isLast || change.removesAll();
        List<byte[]> args = new ArrayList<>();
        args.add(removesAll ? YES : NO);
        args.add(digits(change.lookIn().size()));
        change.lookIn().forEach(number -> args.add(bytes(number)));
        args.add(digits(change.appended().stream()
                .mapToInt(append -> append.parts().size())
                .sum()));
        for (Append append : change.appended()) {
            int position = append.position();
            for (Part part : append.parts()) {
                args.add(place(append.number(), position++));
                args.add(part.id() == null ? NOTHING : Layout.utf8(part.id()));
                args.add(part.bytes() == null ? NOTHING : part.bytes());
            }
        }
        addRanges(removesAll ? List.of() : change.stripped(), args);
        addRanges(removesAll ? List.of() : change.removed(), args);
        return args;
    }

    private static void addRanges(List<Range> ranges, List<byte[]> args) {
        args.add(digits(ranges.size()));
        for (Range range : ranges) {
            args.add(bytes(range.number()));
            args.add(digits(range.from()));
            args.add(digits(range.to()));
        }
    }

    /** The parts that {@link #PAGE} has read. */
    static List<Part> page(List<?> answer) {
        List<Part> page = new ArrayList<>(answer.size() / 2);
        for (int i = 0; i < answer.size(); i += 2) {
            byte[] id = (byte[]) answer.get(i);
            page.add(new Part(id == null || id.length == 0 ? null : new String(id, StandardCharsets.UTF_8), (byte[])
                    answer.get(i + 1)));
        }
        return page;
    }

    /** The ids that are there, from ids and numbers in turn. */
    static Map<String, Long> present(List<?> answer) {
        Map<String, Long> present = new HashMap<>();
        for (int i = 0; i < answer.size(); i += 2) {
            present.put(
                    new String((byte[]) answer.get(i), StandardCharsets.UTF_8),
                    ByteBuffer.wrap((byte[]) answer.get(i + 1)).getLong());
        }
        return present;
    }

    /** Ids of a key that are looked for under a number. */
    record Look(long number, List<String> ids) {
        private static final int IDS_AT_ONCE = 1_000;

        static List<Look> of(Collection<Long> numbers, Collection<String> ids) {
            List<String> all = List.copyOf(ids);
            List<Look> looks = new ArrayList<>();
            for (long number : numbers) {
                for (int i = 0; i < all.size(); i += IDS_AT_ONCE) {
                    looks.add(new Look(number, all.subList(i, Math.min(all.size(), i + IDS_AT_ONCE))));
                }
            }
            return looks;
        }

        List<byte[]> fields() {
            return ids.stream().map(id -> idField(number, id)).toList();
        }

        /** @param values of the fields */
        void found(List<byte @Nullable []> values, Map<String, Long> present) {
            for (int i = 0; i < ids.size(); i++) {
                if (values.get(i) != null) {
                    present.put(ids.get(i), number);
                }
            }
        }
    }

    private static byte[] digits(int number) {
        return Layout.utf8(String.valueOf(number));
    }

    private static byte[] place(long number, int position) {
        byte[] digits = digits(position);
        return ByteBuffer.allocate(Long.BYTES + digits.length)
                .putLong(number)
                .put(digits)
                .array();
    }

    private static byte[] idField(long number, String id) {
        byte[] bytes = Layout.utf8(id);
        return ByteBuffer.allocate(1 + Long.BYTES + bytes.length)
                .put((byte) 'i')
                .putLong(number)
                .put(bytes)
                .array();
    }
}

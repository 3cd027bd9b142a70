package dev.joiner.explorer;

import static dev.joiner.explorer.BrokenPromise.unless;

import dev.joiner.Codec;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.PartReader;
import dev.joiner.spi.PartsChange;
import dev.joiner.spi.PartsChange.Append;
import dev.joiner.spi.PartsChange.Range;
import dev.joiner.spi.PartsGoneException;
import dev.joiner.spi.StateCodec;
import dev.joiner.spi.StoredParts.Part;
import dev.joiner.spi.Versioned;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The parts that the store keeps apart from the state, by the numbers of their joins. */
public record PartTable(Map<Long, List<Part>> rows) {
    public static final PartTable EMPTY = new PartTable(Map.of());
    private static final StateCodec<String> STATES = new StateCodec<>(Codec.string());

    /** What an exchange makes of it. */
    public PartTable after(PartsChange change) {
        Map<Long, List<Part>> next = new LinkedHashMap<>(rows);
        for (Range range : change.removed()) {
            List<Part> parts = next.getOrDefault(range.number(), List.of());
            unless(parts.size() == range.to(), "{} is to be removed, and there are {} parts", range, parts.size());
            if (range.from() == 0) {
                next.remove(range.number());
            } else {
                next.put(range.number(), List.copyOf(parts.subList(0, range.from())));
            }
        }
        for (Range range : change.stripped()) {
            List<Part> parts = new ArrayList<>(next.getOrDefault(range.number(), List.of()));
            for (int i = range.from(); i < range.to(); i++) {
                unless(parts.get(i).bytes() != null, "{} is stripped twice", range);
                parts.set(i, new Part(parts.get(i).id(), null));
            }
            next.put(range.number(), List.copyOf(parts));
        }
        for (Append append : change.appended()) {
            List<Part> parts = new ArrayList<>(next.getOrDefault(append.number(), List.of()));
            unless(parts.size() == append.position(), "{} does not go behind {} parts", append, parts.size());
            parts.addAll(append.parts());
            next.put(append.number(), List.copyOf(parts));
        }
        return new PartTable(next);
    }

    /** What a store holds of what is written: bytes, without the parts that the state carried. */
    public static @Nullable Versioned<String> asStored(@Nullable Versioned<String> written) {
        if (written == null || PartsChange.numbers(written.state()).isEmpty()) {
            return written;
        }
        return Versioned.of(written.version(), STATES.decode(Setting.KEY, STATES.encode(Setting.KEY, written.state())));
    }

    public List<Part> read(long number, int from, int limit) {
        List<Part> parts = rows.getOrDefault(number, List.of());
        return from >= parts.size()
                ? List.of()
                : parts.subList(from, (int) Math.min(parts.size(), (long) from + limit));
    }

    public Map<String, Long> present(Collection<Long> numbers, Collection<String> ids) {
        Map<String, Long> present = new LinkedHashMap<>();
        for (long number : numbers) {
            for (Part part : rows.getOrDefault(number, List.of())) {
                if (part.id() != null && ids.contains(part.id())) {
                    present.put(part.id(), number);
                }
            }
        }
        return present;
    }

    /** A state with all that is kept apart from it in it. */
    public @Nullable JoinState<String> gathered(@Nullable Versioned<String> held) {
        if (held == null) {
            return null;
        }
        try {
            return PartReader.of(this::read).gathered(held.state());
        } catch (PartsGoneException e) {
            throw new BrokenPromise(e.getMessage() + ": " + held);
        }
    }
}

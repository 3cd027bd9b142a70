package dev.joiner.merge;

import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What has come of a join that is made of messages of several classes.
 *
 * <p>Immutable. Two are equal if they hold equal parts under equal names.
 */
public final class Parts {
    private final PartsMerge merge;
    /** In the order of the merge's parts, null for those that have not come. Not changed. */
    private final @Nullable Object[] values;

    private final @Nullable Instant completeSince;

    Parts(PartsMerge merge, @Nullable Object[] values, @Nullable Instant completeSince) {
        this.merge = merge;
        this.values = values;
        this.completeSince = completeSince;
    }

    /**
     * Begins a merge of these parts, all of which are required.
     *
     * @throws IllegalArgumentException if two of them have one name, or classes that a message could both be of
     */
    public static PartsMerge of(Part<?> part, Part<?>... more) {
        return PartsMerge.of(part, more);
    }

    /**
     * Returns a part that is there. Of a join that is complete, every required part is.
     *
     * @throws NoSuchElementException if it is not there
     * @throws IllegalArgumentException if it is not a part of this join
     */
    public <T> T get(Part<T> part) {
        return find(part)
                .orElseThrow(() -> new NoSuchElementException(
                        "part \"" + part.name() + "\" is not there, only " + toMap().keySet()));
    }

    /**
     * Returns a part if it is there.
     *
     * @throws IllegalArgumentException if it is not a part of this join
     */
    public <T> Optional<T> find(Part<T> part) {
        @SuppressWarnings("unchecked") // the merge puts there what the part holds
        T value = (T) values[merge.indexOf(part)];
        return Optional.ofNullable(value);
    }

    /** The names of the required parts that are not there. */
    public List<String> missing() {
        return merge.missing(this, false);
    }

    /** The names of the parts that the join waits for: the required ones that are not there, and optional ones. */
    public List<String> awaited() {
        return merge.missing(this, true);
    }

    /** The parts that are there, by name: for codecs, and for people. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < values.length; i++) {
            if (values[i] != null) {
                map.put(merge.parts().get(i).name(), values[i]);
            }
        }
        return Collections.unmodifiableMap(map);
    }

    /** Since when all required parts are there; empty if they are not, or if the join waits for no optional part. */
    public Optional<Instant> completeSince() {
        return Optional.ofNullable(completeSince);
    }

    PartsMerge merge() {
        return merge;
    }

    boolean has(int index) {
        return values[index] != null;
    }

    @Nullable
    Object value(int index) {
        return values[index];
    }

    /** The same with another value of one part. */
    Parts with(int index, Object value) {
        @Nullable Object[] changed = values.clone();
        changed[index] = value;
        return new Parts(merge, changed, completeSince);
    }

    Parts completeSince(Instant time) {
        return new Parts(merge, values, time);
    }

    @Override
    public boolean equals(@Nullable Object object) {
        return object instanceof Parts other
                && Optional.ofNullable(completeSince).equals(other.completeSince())
                && (merge == other.merge ? Arrays.equals(values, other.values) : toMap().equals(other.toMap()));
    }

    @Override
    public int hashCode() {
        return toMap().hashCode();
    }

    @Override
    public String toString() {
        return "Parts" + toMap() + (missing().isEmpty() ? "" : ", missing " + missing());
    }
}

package dev.joiner.store.jdbc;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the database says of one exchange.
 *
 * @param witness what was there instead, if the exchange was lost; null if nothing was
 * @param present the ids that were to be appended and were there already, with the numbers under which they are: nothing is written
 */
record Answer(boolean won, @Nullable Stored witness, Map<String, Long> present) {
    static final Answer WON = new Answer(true, null, Map.of());

    static Answer lostTo(@Nullable Stored witness) {
        return new Answer(false, witness, Map.of());
    }

    static Answer present(Map<String, Long> present) {
        return new Answer(false, null, present);
    }
}

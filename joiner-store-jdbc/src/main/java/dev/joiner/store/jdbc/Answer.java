package dev.joiner.store.jdbc;

import org.jspecify.annotations.Nullable;

/**
 * What the database says of one exchange.
 *
 * @param witness what was there instead, if the exchange was lost; null if nothing was
 */
record Answer(boolean won, @Nullable Stored witness) {
    static final Answer WON = new Answer(true, null);

    static Answer lostTo(@Nullable Stored witness) {
        return new Answer(false, witness);
    }
}

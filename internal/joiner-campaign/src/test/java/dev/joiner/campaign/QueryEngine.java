package dev.joiner.campaign;

import java.time.Instant;
import java.util.List;

/** Where a query's joins live. Its time is what it is told. */
interface QueryEngine extends AutoCloseable {
    /** Takes events, in a batch if there are several. Fails if one is refused. */
    void accept(List<AuctionEvent> events);

    /** Sets the time, which never goes back. What is due may be done. */
    void advanceTo(Instant time);

    /** Does all that is due. */
    void sweep();

    /** The rows that came out since the last call. */
    List<String> takeRows();

    /** How much is held, be it joins, parts or memories. */
    long size();

    @Override
    void close();
}

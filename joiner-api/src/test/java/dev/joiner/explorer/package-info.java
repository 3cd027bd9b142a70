/**
 * An exhaustive explorer of the joiner: every interleaving of two nodes on one key, in small worlds.
 *
 * <p>A joiner is deterministic but for its effects: what it asks of the store, of the handlers and of the clock. So an
 * operation under way is nothing but the list of answers that its effects got so far. To take it one step further, the
 * explorer performs the effect that it waits for, in each way that it may go, and runs the operation from its beginning
 * with one more answer. Worlds are values; the explorer walks through them breadth first and checks each step against
 * what the library promises.
 */
@NullMarked
package dev.joiner.explorer;

import org.jspecify.annotations.NullMarked;

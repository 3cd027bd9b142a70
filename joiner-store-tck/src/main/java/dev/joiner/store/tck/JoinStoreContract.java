package dev.joiner.store.tck;

import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Nested;

/**
 * What every store of joins promises to those that call it: an abstract suite for JUnit 5 and 6, which a subclass runs on a
 * store of its choice.
 *
 * <p>It checks the methods of {@link dev.joiner.spi.JoinStore} one by one, and that nothing is lost or doubled when two nodes
 * join messages at random. It runs in a Turkish locale and in the time zone of Colombo. How joins behave on the store is
 * checked by {@link JoinerContract}.
 *
 * <pre>{@code
 * class FileJoinStoreTest implements StoreUnderTest {
 *     @TempDir
 *     Path folder;
 *
 *     @Override
 *     public <K, V> JoinStore<K, V> open(JoinStoreConfig<K, V> config) {
 *         return new FileJoinStore<>(folder.resolve("joins"), config);
 *     }
 *
 *     @Nested
 *     class OfTheStore extends JoinStoreContract {
 *         OfTheStore() {
 *             super(FileJoinStoreTest.this);
 *         }
 *     }
 *
 *     @Nested
 *     class OfJoins extends JoinerContract {
 *         OfJoins() {
 *             super(FileJoinStoreTest.this);
 *         }
 *     }
 * }
 * }</pre>
 */
@NullMarked
public abstract class JoinStoreContract extends StoreSuite {

    /** @param tested opens the stores */
    protected JoinStoreContract(StoreUnderTest tested) {
        super(tested);
    }

    @Nested
    class Exchanges extends ExchangeContract {
        Exchanges() {
            super(stores);
        }
    }

    @Nested
    class Batches extends BatchContract {
        Batches() {
            super(stores);
        }
    }

    @Nested
    class Keys extends KeyContract {
        Keys() {
            super(stores);
        }
    }

    @Nested
    class WhatIsDue extends DueContract {
        WhatIsDue() {
            super(stores);
        }
    }

    @Nested
    class Pages extends PageContract {
        Pages() {
            super(stores);
        }
    }

    @Nested
    class Parts extends PartsContract {
        Parts() {
            super(stores);
        }
    }

    @Nested
    class Unreadable extends UnreadableContract {
        Unreadable() {
            super(stores);
        }
    }

    @Nested
    class Refusals extends RefusalContract {
        Refusals() {
            super(stores);
        }
    }

    @Nested
    class Fuzz extends FuzzContract {
        Fuzz() {
            super(stores);
        }
    }
}

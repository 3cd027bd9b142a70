package dev.joiner.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.joiner.Codec;
import dev.joiner.CodecException;
import dev.joiner.JoinSpec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.JoinStores;
import dev.joiner.Joiner;
import dev.joiner.KeyCodec;
import dev.joiner.spi.Versioned;
import dev.joiner.store.jdbc.JdbcJoinStore;
import dev.joiner.store.memory.MapJoinStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.Month;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The mistakes in code of the page on mistakes, made in its order: each gets the exception that the page names. */
class LikelyMistakesTest {
    private static final Path PAGE = Path.of("..", "docs", "mistakes.md");
    private static final Pattern ROW = Pattern.compile("^\\| (.*) \\| `(\\w+)`.* \\| `(.*)` \\|$", Pattern.MULTILINE);
    private static final Order WHOLE = new Order("o-1", "card", "post");

    record Order(
            @Nullable String id,
            @Nullable String paidBy,
            @Nullable String sentBy) {
        static Order merge(Order message, @Nullable Order pending) {
            return pending == null
                    ? message
                    : new Order(
                            message.id,
                            message.paidBy != null ? message.paidBy : pending.paidBy,
                            message.sentBy != null ? message.sentBy : pending.sentBy);
        }

        boolean isWhole() {
            return paidBy != null && sentBy != null;
        }
    }

    /** A map as a loading cache gives it. */
    private static final class DefaultingMap<K, V> extends ConcurrentHashMap<K, V> {
        private static final long serialVersionUID = 1L;

        private final transient V value;

        DefaultingMap(V value) {
            this.value = value;
        }

        @Override
        public V get(Object key) {
            V found = super.get(key);
            return found == null ? value : found;
        }
    }

    private final List<ThrowingCallable> mistakes = List.of(
            () -> orders().expireAfter(Duration.ofMinutes(1)).build(),
            () -> orders().retry(3).build(),
            () -> orders().keepAfterJoin().build(),
            () -> orders().expireAfter(Duration.ofMinutes(1)).expireAfter(Duration.ofMinutes(2)),
            () -> orders().expireAfter(Duration.ZERO),
            () -> accept(mergedBy((order, pending) -> new Order(order.id(), pending.paidBy(), order.sentBy()))),
            () -> accept(mergedBy((order, pending) -> null)),
            () -> Joiner.create(orders().build(), MapJoinStore.create()).accept(new Order(null, "card", null)),
            () -> accept(orders().process(order -> {
                throw new IllegalStateException("no database");
            })),
            LikelyMistakesTest::acceptByAClosedJoiner,
            () -> JoinStores.open("mongodb://localhost/joins", config(KeyCodec.string())),
            () -> JoinStores.open("joins", config(KeyCodec.string())),
            () -> JoinStores.open("jdbc:h2:mem:joins", config(KeyCodec.string())),
            () -> database().build(),
            LikelyMistakesTest::acceptKeysWithOneText,
            LikelyMistakesTest::openOnDefaultingMap);

    private static JoinSpec.Builder<Order, String, Order, Order, Order> orders() {
        return mergedBy(Order::merge);
    }

    @SuppressWarnings("NullAway") // some of these are mistakes
    private static JoinSpec.Builder<Order, String, Order, Order, Order> mergedBy(JoinSpec.Merge<Order, Order> merge) {
        return JoinSpec.joining(Order.class).keyedBy(Order::id).mergedBy(merge).sufficientWhen(Order::isWhole);
    }

    private static void accept(JoinSpec.Builder<Order, String, Order, Order, ?> spec) {
        Joiner.create(spec.build(), MapJoinStore.create()).accept(WHOLE);
    }

    private static void acceptByAClosedJoiner() {
        Joiner<Order, Order> joiner = Joiner.create(orders().build(), MapJoinStore.create());
        joiner.close();
        joiner.accept(WHOLE);
    }

    private static <K> JoinStoreConfig<K, String> config(KeyCodec<K> keys) {
        return JoinStoreConfig.of("orders", keys, Codec.string());
    }

    private static void openOnDefaultingMap() {
        Versioned<Order> invented = Versioned.unreadable(1, new byte[0], new CodecException("any", "invented", null));
        MapJoinStore.on(new DefaultingMap<String, Versioned<Order>>(invented));
    }

    private static JdbcJoinStore.Builder<LocalDate, String> database() {
        JdbcDataSource dataSource = new JdbcDataSource();
        dataSource.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        return JdbcJoinStore.builder(dataSource)
                .namespace("days")
                .keyCodec(KeyCodec.of(day -> day.getMonth().name(), text -> LocalDate.of(2020, Month.valueOf(text), 1)))
                .valueCodec(Codec.string());
    }

    private static void acceptKeysWithOneText() {
        var spec = JoinSpec.joining(LocalDate.class)
                .keyedBy(day -> day)
                .<String>mergedBy((day, pending) -> "a day")
                .sufficientWhen(value -> false)
                .build();
        Joiner.create(spec, database().createTableIfMissing().build()).accept(LocalDate.of(2021, 3, 4));
    }

    @TestFactory
    List<DynamicTest> eachGetsTheExceptionOfThePage() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        Matcher row = ROW.matcher(Files.readString(PAGE));
        for (ThrowingCallable mistake : mistakes) {
            assertThat(row.find()).isTrue();
            String exception = row.group(2);
            String message = row.group(3);
            tests.add(DynamicTest.dynamicTest(row.group(1), () -> {
                Throwable thrown = catchThrowable(mistake);
                assertThat(thrown).hasMessage(message);
                assertThat(thrown.getClass().getSimpleName()).isEqualTo(exception);
            }));
        }
        assertThat(row.find()).isFalse();
        return tests;
    }
}

package dev.joiner;

import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.joiner.internal.driver.MapStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An option that is null names itself. */
@NullUnmarked
class NullOptionsTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private static JoinSpec.Builder<String, String, String, String, String> spec() {
        return JoinSpec.joining(String.class)
                .keyedBy(message -> message)
                .<String>mergedBy((message, pending) -> message)
                .sufficientWhen(value -> true);
    }

    private static KeyedJoiner<String, String, String, String> joiner() {
        return Joiner.create(spec().build(), new MapStore<>(new ArrayList<>()));
    }

    private static Arguments option(String name, Supplier<Object> call) {
        return Arguments.of(name, call);
    }

    static Stream<Arguments> options() {
        return Stream.of(
                option("messages", () -> JoinSpec.joining((Class<String>) null)),
                option("named", () -> spec().named(null)),
                option("missing", () -> spec().missing((JoinSpec.Missing<String>) null)),
                option("missing", () -> spec().missing((Function<String, List<String>>) null)),
                option("identifiedBy", () -> spec().identifiedBy(null)),
                option("identifiedBy", () -> spec().identifiedBy(message -> message, null)),
                option("rememberFor", () -> spec().rememberFor(null)),
                option("expireAfter", () -> spec().expireAfter(null)),
                option("expireAfterIdle", () -> spec().expireAfterIdle(null)),
                option("expireAt", () -> spec().expireAt(null)),
                option("onExpired", () -> spec().onExpired(null)),
                option("retry: backoff", () -> spec().retry(2, null)),
                option("retry: backoff", () -> spec().retry(2, null, SECOND)),
                option("retry: maxBackoff", () -> spec().retry(2, SECOND, null)),
                option("lease", () -> spec().lease(null)),
                option("listener", () -> spec().listener(null)),
                option("withListener", () -> spec().build().withListener(null)),
                option("withHandlerScope", () -> spec().build().withHandlerScope(null)),
                option("onRun", () -> Sweeper.builder(joiner()).onRun(null)),
                option("spec", () -> Joiner.create(null, new MapStore<String, String>(new ArrayList<>()))),
                option("store", () -> Joiner.create(spec().build(), null)),
                option("clock", () -> Joiner.create(spec().build(), new MapStore<>(new ArrayList<>()), null)),
                option("messages", () -> joiner().acceptAll(null)),
                option("goesOn", () -> joiner().sweep(null)),
                option("olderThan", () -> joiner().pending((Duration) null, 1)),
                option("within", () -> {
                    joiner().close(null);
                    return List.of();
                }),
                option("joiner", () -> Sweeper.builder(null)),
                option("interval", () -> Sweeper.builder(joiner()).interval(null)),
                option("scheduler", () -> Sweeper.builder(joiner()).scheduler(null)),
                option("onReport", () -> Sweeper.builder(joiner()).onReport(null)),
                option("onFailure", () -> Sweeper.builder(joiner()).onFailure(null)),
                option("namespace", () -> JoinStoreConfig.of(null, KeyCodec.string(), Codec.string())),
                option("keys", () -> JoinStoreConfig.of("orders", null, Codec.string())),
                option("values", () -> JoinStoreConfig.of("orders", KeyCodec.string(), null)),
                option(
                        "url",
                        () -> JoinStores.open(null, JoinStoreConfig.of("orders", KeyCodec.string(), Codec.string()))),
                option("config", () -> JoinStores.open("memory:", null)));
    }

    @ParameterizedTest
    @MethodSource("options")
    void thatIsNullNamesItself(String name, Supplier<Object> call) {
        assertThatNullPointerException().isThrownBy(call::get).withMessage(name);
    }
}

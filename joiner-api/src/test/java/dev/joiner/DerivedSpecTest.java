package dev.joiner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.joiner.engine.HandOverScope;
import dev.joiner.engine.Sight;
import dev.joiner.engine.SpecFunctions;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Join;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Specs that are made of others, by code that is given them. */
class DerivedSpecTest {
    private static final Join<String> WORD =
            new Join<>("word", 1, 0, JoinState.NEVER, JoinState.NEVER, Ids.NONE, false);

    private final List<String> told = new ArrayList<>();

    @SuppressWarnings("unchecked") // its key is a string
    private static HandOver<String> handOver(Cause cause) {
        return (HandOver<String>) Proxy.newProxyInstance(
                HandOver.class.getClassLoader(),
                new Class<?>[] {HandOver.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "cause" -> cause;
                    case "key" -> "key";
                    case "attempt" -> 1;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private JoinSpec<String, String, String, String> spec() {
        return JoinSpec.joining(String.class)
                .keyedBy(message -> message)
                .<String>mergedBy((message, pending) -> message)
                .sufficientWhen(word -> true)
                .expireAfter(Duration.ofMinutes(1))
                .onExpired((word, handOver) -> told.add("onExpired " + word))
                .retry(1)
                .onPoisoned((word, handOver) -> told.add("onPoisoned " + word))
                .process(word -> {
                    told.add("process " + word);
                    return word.toUpperCase(Locale.ROOT);
                })
                .build();
    }

    private HandOverScope scope(String name) {
        return new HandOverScope() {
            @Override
            public <T> T call(HandOver<?> handOver, Callable<T> handler) throws Exception {
                told.add(name + " begins");
                T result = handler.call();
                told.add(name + " ends");
                return result;
            }
        };
    }

    /** A listener that records each event under a name. */
    private JoinListener listener(String name) {
        return (JoinListener) Proxy.newProxyInstance(
                JoinListener.class.getClassLoader(),
                new Class<?>[] {JoinListener.class},
                (proxy, method, arguments) -> {
                    told.add(name + " " + method.getName() + Arrays.toString(arguments));
                    return null;
                });
    }

    static List<Method> events() {
        return List.of(JoinListener.class.getMethods());
    }

    private static Object[] arguments(Method event) {
        return Arrays.stream(event.getParameterTypes())
                .<Object>map(type -> {
                    if (type == int.class) {
                        return 7;
                    }
                    if (type == boolean.class) {
                        return true;
                    }
                    if (type == Duration.class) {
                        return Duration.ofSeconds(7);
                    }
                    return type == Throwable.class
                            ? new IllegalStateException("seven")
                            : type == HandOver.class ? null : "7";
                })
                .toArray();
    }

    @ParameterizedTest
    @MethodSource("events")
    void allListenersAreTold(Method event) throws Exception {
        JoinListener both = SpecFunctions.of(
                        spec().withListener(listener("first")).withListener(listener("second")))
                .listener()
                .orElseThrow();
        Object[] arguments = arguments(event);

        event.invoke(both, arguments);

        String what = event.getName() + Arrays.toString(arguments);
        assertThat(told).containsExactly("first " + what, "second " + what);
    }

    @ParameterizedTest
    @MethodSource("events")
    void listenerThatThrowsSilencesNoOther(Method event) {
        JoinListener throwing = (JoinListener) Proxy.newProxyInstance(
                JoinListener.class.getClassLoader(),
                new Class<?>[] {JoinListener.class},
                (proxy, method, arguments) -> {
                    throw new IllegalStateException("mine");
                });
        JoinListener both = SpecFunctions.of(spec().withListener(throwing).withListener(listener("second")))
                .listener()
                .orElseThrow();

        assertThatExceptionOfType(InvocationTargetException.class)
                .isThrownBy(() -> event.invoke(both, arguments(event)))
                .havingCause()
                .withMessage("mine");

        assertThat(told).hasSize(1).allMatch(line -> line.startsWith("second"));
    }

    @ParameterizedTest
    @EnumSource(Cause.class)
    void handlersOfEachCauseRunWithinTheScope(Cause cause) throws Exception {
        var functions = SpecFunctions.of(spec().withHandlerScope(scope("scope")));

        String result = functions.handOver(WORD, handOver(cause), Sight.OF_STATE);

        boolean isProcessed = cause == Cause.COMPLETE || cause == Cause.FORCED;
        assertThat(told)
                .containsExactly("scope begins", (isProcessed ? "process" : "onExpired") + " word", "scope ends");
        assertThat(result).isEqualTo(isProcessed ? "WORD" : null);
    }

    @Test
    void poisonedJoinsAreHandledWithinTheScope() throws Exception {
        SpecFunctions.of(spec().withHandlerScope(scope("scope")))
                .poisoned(WORD, handOver(Cause.COMPLETE), Sight.OF_STATE);

        assertThat(told).containsExactly("scope begins", "onPoisoned word", "scope ends");
    }

    @Test
    void scopeThatIsSetLaterIsAround() throws Exception {
        var functions = SpecFunctions.of(spec().withHandlerScope(scope("inner")).withHandlerScope(scope("outer")));

        functions.handOver(WORD, handOver(Cause.COMPLETE), Sight.OF_STATE);

        assertThat(told).containsExactly("outer begins", "inner begins", "process word", "inner ends", "outer ends");
    }

    @Test
    void missingHandlersStayMissing() {
        var spec = JoinSpec.joining(String.class)
                .keyedBy(message -> message)
                .<String>mergedBy((message, pending) -> message)
                .sufficientWhen(word -> true)
                .build()
                .withHandlerScope(scope("scope"));

        assertThat(SpecFunctions.of(spec).receivesExpired()).isFalse();
    }

    @Test
    void originalIsAsItWas() throws Exception {
        var spec = spec();
        spec.withListener(listener("listener")).withHandlerScope(scope("scope"));

        SpecFunctions.of(spec).handOver(WORD, handOver(Cause.COMPLETE), Sight.OF_STATE);

        assertThat(SpecFunctions.of(spec).listener()).isEmpty();
        assertThat(told).containsExactly("process word");
    }

    @Test
    void optionsAreThoseOfTheOriginal() {
        var spec = spec();

        assertThat(spec.withListener(listener("listener")).withHandlerScope(scope("scope")))
                .hasToString(spec.toString());
    }
}

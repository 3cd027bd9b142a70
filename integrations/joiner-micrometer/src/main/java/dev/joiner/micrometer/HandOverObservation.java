package dev.joiner.micrometer;

import dev.joiner.HandOver;
import dev.joiner.engine.HandOverScope;
import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;

/**
 * Observes each call of {@code process}, {@code onExpired} and {@code onPoisoned}: a span of a trace, where the registry makes spans
 * of observations.
 *
 * <p>The observation is {@code joiner.hand.over}, with {@code join} and {@code cause} as tags of few values, {@code key} and
 * {@code attempt} as those of many. It is in scope while the handler runs. Its parent is what is observed on the thread that called
 * {@code accept}: the receipt of the message that completed the join. A sweep's hand-overs have no parent. Thread-safe.
 *
 * <pre>{@code
 * var observed = spec.withHandlerScope(HandOverObservation.of(observations));
 * }</pre>
 */
public final class HandOverObservation implements HandOverScope {
    private final ObservationRegistry registry;

    private HandOverObservation(ObservationRegistry registry) {
        this.registry = registry;
    }

    /** Creates a scope whose observations go to a registry. */
    public static HandOverObservation of(ObservationRegistry registry) {
        return new HandOverObservation(Objects.requireNonNull(registry, "registry"));
    }

    @Override
    public <T> T call(HandOver<?> handOver, Callable<T> handler) throws Exception {
        Observation observation = Observation.createNotStarted("joiner.hand.over", registry)
                .contextualName(handOver.join() + " hand-over")
                .lowCardinalityKeyValue("join", handOver.join())
                .lowCardinalityKeyValue("cause", handOver.cause().name().toLowerCase(Locale.ROOT))
                .highCardinalityKeyValue(KeyValue.of("key", String.valueOf(handOver.key())))
                .highCardinalityKeyValue(KeyValue.of("attempt", String.valueOf(handOver.attempt())));
        return observation.observeChecked(handler::call);
    }
}

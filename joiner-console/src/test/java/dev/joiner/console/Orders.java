package dev.joiner.console;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.KeyCodec;
import dev.joiner.KeyedJoiner;
import dev.joiner.PendingJoin;
import dev.joiner.store.memory.MapJoinStore;
import java.io.IOException;
import java.io.Writer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Joins of texts that wait for a payment and a shipment, with a clock of the test's. */
final class Orders implements ConsoleJoin<String, String> {
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    record Part(String key, String text) {}

    final List<String> handedOver = new ArrayList<>();
    Instant now = START;
    String asked = "payment,shipment";
    boolean showsValues = true;
    boolean canReexamine = true;
    Optional<String> refusalToDrop = Optional.empty();

    private final KeyedJoiner<Part, String, String, String> joiner = Joiner.create(
            JoinSpec.joining(Part.class)
                    .keyedBy(Part::key)
                    .mergedBy(
                            (Part part, @Nullable String pending) -> pending == null ? part.text : pending + part.text)
                    .sufficientWhen(text -> missing(text).isEmpty())
                    .missing(this::missing)
                    .expireAfter(Duration.ofHours(2))
                    .onExpired((text, handOver) -> {})
                    .retry(1)
                    .parkPoisoned()
                    .process((text, handOver) -> {
                        if (text.contains("bad")) {
                            throw new IOException("warehouse " + handOver.key().length() + " is closed");
                        }
                        handedOver.add(text);
                        return text;
                    })
                    .build(),
            MapJoinStore.create(),
            () -> now);

    private List<String> missing(String text) {
        List<String> missing = new ArrayList<>();
        for (String part : asked.split(",", -1)) {
            if (!text.contains(part)) {
                missing.add(part);
            }
        }
        return missing;
    }

    void arrives(String key, String text) {
        try {
            joiner.accept(new Part(key, text));
        } catch (RuntimeException e) {
            // It is kept, as it failed.
        }
    }

    @Override
    public String name() {
        return "orders";
    }

    @Override
    public KeyedJoiner<?, String, String, ?> joiner() {
        return joiner;
    }

    @Override
    public KeyCodec<String> keys() {
        return KeyCodec.of(key -> key, text -> {
            if (text.isBlank()) {
                throw new IllegalArgumentException("it is blank");
            }
            return text;
        });
    }

    @Override
    public boolean writeValue(PendingJoin<String, String> join, Writer out) throws IOException {
        Optional<String> value = join.value().filter(text -> showsValues);
        if (value.isPresent()) {
            out.write(value.get());
        }
        return value.isPresent();
    }

    @Override
    public Optional<String> refusalToDrop() {
        return refusalToDrop;
    }

    @Override
    public boolean canReexamine() {
        return canReexamine;
    }
}

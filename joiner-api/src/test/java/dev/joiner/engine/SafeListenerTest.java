package dev.joiner.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.CapturedLog;
import dev.joiner.Cause;
import dev.joiner.HandOver;
import dev.joiner.JoinListener;
import dev.joiner.JoinSpec;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SafeListenerTest {
    private static final InstantSource NO_CLOCK = () -> {
        throw new AssertionError("the clock is read");
    };

    private final List<String> told = new ArrayList<>();
    private Instant now = Instant.ofEpochMilli(1_000);

    /** What is logged while the work runs. */
    static List<LogRecord> logged(Runnable work) {
        return logged(log -> {}, work);
    }

    /** @param printing what the log does with each record that it is given */
    private static List<LogRecord> logged(Consumer<LogRecord> printing, Runnable work) {
        return CapturedLog.of(JoinListener.class, printing, work);
    }

    private static SafeListener safe(@Nullable JoinListener listener, InstantSource clock) {
        JoinSpec.Builder<String, String, String, String, String> spec = JoinSpec.joining(String.class)
                .keyedBy(message -> message)
                .<String>mergedBy((message, pending) -> message)
                .sufficientWhen(word -> true)
                .named("words");
        return new SafeListener(SpecFunctions.of((listener == null ? spec : spec.listener(listener)).build()), clock);
    }

    private record Given(Instant firstAt) implements HandOver<String> {
        @Override
        public String join() {
            return "words";
        }

        @Override
        public String key() {
            return "k";
        }

        @Override
        public Cause cause() {
            return Cause.COMPLETE;
        }

        @Override
        public int attempt() {
            return 1;
        }

        @Override
        public Optional<String> lastError() {
            return Optional.empty();
        }

        @Override
        public int parts() {
            return 2;
        }

        @Override
        public List<String> missing() {
            return List.of();
        }

        @Override
        public long token() {
            return 42;
        }

        @Override
        public boolean renew() {
            return true;
        }
    }

    private static void tellAll(SafeListener safe, Throwable error) {
        HandOver<?> handOver = new Given(Instant.ofEpochMilli(400));
        safe.merged("k", 3, 400);
        safe.late("k");
        safe.duplicate("k");
        safe.unchanged("k");
        safe.conflict("k", 7);
        safe.parked("k", 3, 400);
        Instant began = safe.began();
        safe.joined(handOver, began);
        safe.expired(handOver, began);
        safe.poisoned(handOver, began);
        safe.failed(handOver, began, error, true);
    }

    private final JoinListener noting = new JoinListener() {
        @Override
        public void merged(String join, Object key, int parts, Duration age) {
            told.add("merged " + join + " " + key + " " + parts + " " + age);
        }

        @Override
        public void joined(HandOver<?> handOver, Duration age, Duration took) {
            told.add("joined " + handOver.key() + " " + age + " " + took);
        }

        @Override
        public void expired(HandOver<?> handOver, Duration age, Duration took) {
            told.add("expired " + handOver.key() + " " + age + " " + took);
        }

        @Override
        public void poisoned(HandOver<?> handOver, Duration age, Duration took) {
            told.add("poisoned " + handOver.key() + " " + age + " " + took);
        }

        @Override
        public void parked(String join, Object key, int attempts, Duration age) {
            told.add("parked " + join + " " + key + " " + attempts + " " + age);
        }

        @Override
        public void failed(HandOver<?> handOver, Duration age, Duration took, Throwable error, boolean last) {
            told.add("failed " + handOver.key() + " " + age + " " + took + " " + error.getMessage() + " " + last);
        }

        @Override
        public void late(String join, Object key) {
            told.add("late " + join + " " + key);
        }

        @Override
        public void duplicate(String join, Object key) {
            told.add("duplicate " + join + " " + key);
        }

        @Override
        public void unchanged(String join, Object key) {
            told.add("unchanged " + join + " " + key);
        }

        @Override
        public void conflict(String join, Object key, int tries) {
            told.add("conflict " + join + " " + key + " " + tries);
        }
    };

    @Test
    void everyEventIsTold() {
        SafeListener safe = safe(noting, () -> now);

        assertThat(safe.isHeard()).isTrue();
        tellAll(safe, new IllegalStateException("boom"));

        assertThat(told)
                .containsExactly(
                        "merged words k 3 PT0.6S",
                        "late words k",
                        "duplicate words k",
                        "unchanged words k",
                        "conflict words k 7",
                        "parked words k 3 PT0.6S",
                        "joined k PT0.6S PT0S",
                        "expired k PT0.6S PT0S",
                        "poisoned k PT0.6S PT0S",
                        "failed k PT0.6S PT0S boom true");
    }

    @Test
    void handlersAreTimed() {
        SafeListener safe = safe(noting, () -> now);
        Instant began = safe.began();
        now = now.plusMillis(20);

        safe.joined(new Given(Instant.ofEpochMilli(400)), began);

        assertThat(told).containsExactly("joined k PT0.62S PT0.02S");
    }

    @Test
    void nothingIsYoungerThanNothing() {
        SafeListener safe = safe(noting, () -> now);
        Instant began = safe.began();
        now = Instant.ofEpochMilli(399);

        safe.merged("k", 1, 400);
        safe.parked("k", 1, 400);
        safe.joined(new Given(Instant.ofEpochMilli(400)), began);

        assertThat(told).containsExactly("merged words k 1 PT0S", "parked words k 1 PT0S", "joined k PT0S PT0S");
    }

    @Test
    void aListenerNeedNotCareForAll() {
        tellAll(safe(new JoinListener() {}, () -> now), new IllegalStateException("boom"));
    }

    @Test
    void noClockIsReadIfNobodyListens() {
        SafeListener safe = safe(null, NO_CLOCK);

        assertThat(safe.isHeard()).isFalse();
        tellAll(safe, new IllegalStateException("boom"));
    }

    @Nested
    class WhatAListenerThrows {
        private @Nullable Throwable thrown;

        private final JoinListener throwing = new JoinListener() {
            @Override
            public void late(String join, Object key) {
                SafeListenerTest.<RuntimeException>sneak(thrown);
            }
        };

        private void assertLogged(Throwable of, Consumer<LogRecord> printing, String message) {
            thrown = of;

            assertThat(logged(printing, () -> safe(throwing, () -> now).late("k")))
                    .singleElement()
                    .satisfies(log -> {
                        assertThat(log.getLevel()).isEqualTo(Level.WARNING);
                        assertThat(log.getMessage()).isEqualTo(message);
                    });
        }

        @Test
        void isLogged() {
            assertLogged(new IllegalStateException("boom"), log -> {}, "words: a JoinListener threw");
        }

        @Test
        void isLoggedIfItIsAnError() {
            assertLogged(new NoClassDefFoundError("boom"), log -> {}, "words: a JoinListener threw");
        }

        @Test
        void isNamedIfItCannotBePrinted() {
            Consumer<LogRecord> printing = log -> {
                if (log.getThrown() != null) {
                    log.getThrown().printStackTrace(new PrintStream(PrintStream.nullOutputStream()));
                }
            };

            assertLogged(
                    new Unprintable(),
                    printing,
                    "words: a JoinListener threw dev.joiner.engine.SafeListenerTest$Unprintable");
        }

        @Test
        void goesNoFartherIfNothingCanBeLogged() {
            thrown = new IllegalStateException("boom");

            assertThat(logged(
                            log -> {
                                throw new IllegalStateException("the disk is full");
                            },
                            () -> safe(throwing, () -> now).late("k")))
                    .isEmpty();
        }
    }

    private static final class Unprintable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        @SuppressWarnings("OverrideThrowableToString") // it is the one that throws
        public String toString() {
            throw new IllegalStateException("cannot be printed");
        }

        @Override
        public void printStackTrace(PrintStream stream) {
            throw new NoClassDefFoundError(toString());
        }

        @Override
        public void printStackTrace(PrintWriter writer) {
            throw new NoClassDefFoundError(toString());
        }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // nothing of the type is there at run time
    private static <E extends Throwable> void sneak(@Nullable Throwable thrown) throws E {
        throw (E) thrown;
    }
}

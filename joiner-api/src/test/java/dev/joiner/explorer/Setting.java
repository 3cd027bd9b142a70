package dev.joiner.explorer;

import dev.joiner.Codec;
import dev.joiner.Collected;
import dev.joiner.HandOver;
import dev.joiner.JoinSpec;
import dev.joiner.StoreException;
import dev.joiner.explorer.Effect.Receiver;
import dev.joiner.internal.spec.Spec;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One small world to explore: a spec, the messages that arrive, and what may go wrong how often.
 *
 * <p>Messages are letters, and are merged into words in the order of their arrival; a word of so many parts is whole.
 *
 * @param deliveries what the transport delivers: one letter by {@code accept}, several by {@code acceptAll}
 * @param faults what may go wrong
 * @param skew by how many milliseconds the second node's clock is ahead
 * @param staleGuesses whether the store's guesses may be anything that it held before
 * @param renews whether {@code process} renews its lease before it does anything
 * @param collects whether the letters are collected beside the word
 * @param apart whether the store keeps what is collected apart from the state
 */
record Setting(
        String name,
        int parts,
        Options options,
        List<String> deliveries,
        Budget budget,
        Set<Fault> faults,
        long skew,
        boolean staleGuesses,
        boolean renews,
        boolean collects,
        boolean apart) {

    static final String KEY = "k";
    /** A letter that changes nothing in a word of two letters or more. */
    private static final String IGNORED = "z";

    /** What may go wrong in one step. */
    enum Fault {
        CRASH,
        /** The store throws: before it did what it was asked to do, or after. */
        STORE,
        HANDLER,
        /** A driver repeats a write that had gone through, so that the joiner is told of its own write as of another's. */
        REPEATED_WRITE
    }

    /** Receives joins on behalf of all handlers of the spec. */
    @FunctionalInterface
    interface Hands {
        void receive(Receiver receiver, String word, HandOver<String> handOver) throws Exception;

        default JoinSpec.Handler<String, Object> expired() {
            return (given, handOver) -> receive(Receiver.EXPIRED, wordOf(given), handOver);
        }

        default JoinSpec.Handler<String, Object> poisoned() {
            return (given, handOver) -> receive(Receiver.POISONED, wordOf(given), handOver);
        }
    }

    /** What a spec has beyond its words. */
    @FunctionalInterface
    interface Options {
        JoinSpec.Builder<String, String, String, ?, String> add(
                JoinSpec.Builder<String, String, String, ?, String> words, Hands hands);
    }

    /** A setting in which anything may go wrong, but nothing yet does. */
    static Setting of(String name, int parts, Options options, String... deliveries) {
        return new Setting(
                name,
                parts,
                options,
                List.of(deliveries),
                Budget.NONE,
                EnumSet.allOf(Fault.class),
                0,
                false,
                false,
                false,
                false);
    }

    Setting with(UnaryOperator<Budget> more) {
        return new Setting(
                name,
                parts,
                options,
                deliveries,
                more.apply(budget),
                faults,
                skew,
                staleGuesses,
                renews,
                collects,
                apart);
    }

    Setting only(Fault... kinds) {
        return new Setting(
                name, parts, options, deliveries, budget, Set.of(kinds), skew, staleGuesses, renews, collects, apart);
    }

    Setting skewed(long millis) {
        return new Setting(
                name, parts, options, deliveries, budget, faults, millis, staleGuesses, renews, collects, apart);
    }

    Setting guessing() {
        return new Setting(name, parts, options, deliveries, budget, faults, skew, true, renews, collects, apart);
    }

    Setting renewing() {
        return new Setting(name, parts, options, deliveries, budget, faults, skew, staleGuesses, true, collects, apart);
    }

    Setting collecting() {
        return new Setting(name, parts, options, deliveries, budget, faults, skew, staleGuesses, renews, true, apart);
    }

    /** The same in a store that keeps parts apart from states. */
    Setting keepingPartsApart() {
        return new Setting(
                name + ", apart",
                parts,
                options,
                deliveries,
                budget,
                faults,
                skew,
                staleGuesses,
                renews,
                collects,
                true);
    }

    JoinSpec<String, String, String, String> spec(Hands hands) {
        return spec(hands, parts);
    }

    Spec<String, String, String, String> contents() {
        return (Spec<String, String, String, String>) spec((receiver, word, handOver) -> {});
    }

    /** A spec that asks for a letter less. */
    JoinSpec<String, String, String, String> lenientSpec(Hands hands) {
        return spec(hands, parts - 1);
    }

    /** Whether a merge leaves the word as it is. */
    static boolean isIgnored(String letter, @Nullable String word) {
        return letter.equals(IGNORED) && word != null && word.length() > 1;
    }

    private static String merged(String letter, @Nullable String word) {
        if (word == null) {
            return letter;
        }
        return isIgnored(letter, word) ? word : word + letter;
    }

    private JoinSpec<String, String, String, String> spec(Hands hands, int needed) {
        JoinSpec.Merged<String, String, String> merged =
                JoinSpec.joining(String.class).keyedBy(letter -> KEY).mergedBy(Setting::merged);
        JoinSpec.Builder<String, String, String, ?, ?> words = collects
                ? merged.collecting(letter -> letter, Codec.string())
                        .sufficientWhen((word, letters) -> letters >= needed)
                : merged.sufficientWhen(word -> word.length() >= needed);
        return options.add(
                        words.<String>process((given, handOver) -> {
                            if (renews) {
                                renew(handOver);
                            }
                            String word = wordOf(given);
                            hands.receive(Receiver.PROCESS, word, handOver);
                            return word;
                        }),
                        hands)
                .build();
    }

    /** What was collected are the letters of the word. */
    private static String wordOf(Object given) {
        if (!(given instanceof Collected<?, ?> letters)) {
            return (String) given;
        }
        StringBuilder word = new StringBuilder();
        letters.forEach(word::append);
        return word.toString();
    }

    @SuppressWarnings("EmptyCatch") // a handler may go on without its lease, and does so here
    private static void renew(HandOver<String> handOver) {
        try {
            handOver.renew();
        } catch (StoreException e) {
            // the lease may or may not be extended
        }
    }
}

package dev.joiner.kafka.streams;

import dev.joiner.Codec;
import dev.joiner.Collected;
import dev.joiner.JoinSpec;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/** A letter of an order's word. */
record Letter(String order, String letter, String id) {
    static final Serde<Letter> SERDE = Serdes.serdeFrom(
            (topic, part) ->
                    part == null ? null : Codec.string().encode(part.order + "/" + part.letter + "/" + part.id),
            (topic, bytes) -> {
                if (bytes == null) {
                    return null;
                }
                String[] fields = Codec.string().decode(bytes).split("/", -1);
                return new Letter(fields[0], fields[1], fields[2]);
            });

    /** A letter whose id it is. */
    static Letter of(String order, String letter) {
        return new Letter(order, letter, letter);
    }

    /** Joins that collect so many letters, their value being the last one. */
    static JoinSpec.Builder<Letter, String, String, Collected<String, String>, Collected<String, String>> collecting(
            int letters) {
        return JoinSpec.joining(Letter.class)
                .keyedBy(Letter::order)
                .<String>mergedBy((part, pending) -> part.letter())
                .collecting(Letter::letter, Codec.string())
                .sufficientWhen((last, parts) -> parts >= letters)
                .named("words");
    }

    /** Joins of so many letters. */
    static JoinSpec.Builder<Letter, String, String, String, String> words(int letters) {
        return JoinSpec.joining(Letter.class)
                .keyedBy(Letter::order)
                .<String>mergedBy((part, pending) -> pending == null ? part.letter() : pending + part.letter())
                .sufficientWhen(word -> word.length() >= letters)
                .named("words");
    }
}

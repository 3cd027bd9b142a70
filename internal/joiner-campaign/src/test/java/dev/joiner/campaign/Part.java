package dev.joiner.campaign;

import dev.joiner.Codec;
import dev.joiner.Collected;
import dev.joiner.JoinSpec;
import dev.joiner.JoinSpec.Processor;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One message. Its key says how many parts the thing has ({@code 17/3}) and may have marks behind that; its number is its id.
 */
record Part(String key, int number) {
    /** A thing that is never sufficient: it expires as soon as it is whole, so that a sweep finds it, together with others. */
    static final String SWEPT = "~";
    /** A thing whose handler halts the process. */
    static final String KILLER = "!";

    /** How long ids are kept. */
    static final Duration LONGER_THAN_A_RUN = Duration.ofHours(12);

    static Part of(String written) {
        int separator = written.lastIndexOf(':');
        return new Part(written.substring(0, separator), Integer.parseInt(written.substring(separator + 1)));
    }

    /** All parts of a thing. */
    static List<Part> all(int thing, int parts) {
        return all(thing, parts, "");
    }

    static List<Part> all(int thing, int parts, String marks) {
        String key = thing + "/" + parts + marks;
        return IntStream.range(0, parts)
                .mapToObj(number -> new Part(key, number))
                .toList();
    }

    /** How many parts a key's thing has. */
    static int parts(String key) {
        String counted = key.replace(SWEPT, "").replace(KILLER, "");
        return Integer.parseInt(counted.substring(counted.indexOf('/') + 1));
    }

    /** Whether the value has each part of the key's thing once, in whatever order. */
    static boolean isWhole(String key, String value) {
        int[] numbers = Arrays.stream(value.substring(value.indexOf('=') + 1).split("\\+", -1))
                .mapToInt(Integer::parseInt)
                .sorted()
                .toArray();
        return value.startsWith(key + "=")
                && Arrays.equals(numbers, IntStream.range(0, parts(key)).toArray());
    }

    private String mergeInto(String pending) {
        return pending == null ? key + "=" + number : pending + "+" + number;
    }

    static boolean isKiller(String key) {
        return key.contains(KILLER);
    }

    private static boolean hasAll(String value) {
        int equals = value.indexOf('=');
        long merged = value.substring(equals).chars().filter(c -> c == '+').count() + 1;
        return merged == parts(value.substring(0, equals));
    }

    private static boolean suffices(String value) {
        return hasAll(value) && !value.contains(SWEPT);
    }

    /** When a thing expires that is never sufficient. */
    static Instant deadline(String value) {
        return hasAll(value) && value.contains(SWEPT) ? Instant.EPOCH : null;
    }

    /** Joins of parts; a value is {@code 17/3=1+0+2}. Ids are kept, so that no redelivery begins a join anew. */
    static JoinSpec.Builder<Part, String, String, String, String> joined(
            Duration lease, Processor<String, String, String> process) {
        return JoinSpec.joining(Part.class)
                .keyedBy(Part::key)
                .mergedBy(Part::mergeInto)
                .sufficientWhen(Part::suffices)
                .identifiedBy(Part::number, LONGER_THAN_A_RUN)
                .lease(lease)
                .process(process);
    }

    /** Joins that collect their parts; a value is {@code 17/3=2}, how many parts were merged. */
    static JoinSpec.Builder<Part, String, String, Collected<String, String>, String> collected(
            Duration lease, Processor<String, Collected<String, String>, String> process) {
        return JoinSpec.joining(Part.class)
                .keyedBy(Part::key)
                .mergedBy(String.class, Part::countIn)
                .collecting(Part::toString, Codec.string())
                .sufficientWhen((value, parts) -> hasCounted(value, parts) && !value.contains(SWEPT))
                .identifiedBy(Part::number, LONGER_THAN_A_RUN)
                .lease(lease)
                .process(process);
    }

    private String countIn(String pending) {
        return key + "=" + (pending == null ? 1 : counted(pending) + 1);
    }

    private static int counted(String value) {
        return Integer.parseInt(value.substring(value.indexOf('=') + 1));
    }

    private static boolean hasCounted(String value, int parts) {
        return parts == parts(value.substring(0, value.indexOf('=')));
    }

    /** When a thing expires that collects and is never sufficient. */
    static Instant collectedDeadline(String value) {
        return hasCounted(value, counted(value)) && value.contains(SWEPT) ? Instant.EPOCH : null;
    }

    @Override
    public String toString() {
        return key + ":" + number;
    }
}

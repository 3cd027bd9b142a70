package dev.joiner.cli;

import static dev.joiner.cli.Cli.run;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.Codec;
import dev.joiner.Collected;
import dev.joiner.JoinSpec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.JoinStores;
import dev.joiner.Joiner;
import dev.joiner.KeyCodec;
import dev.joiner.cli.Cli.Ended;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Fields that are collected, on a store that keeps them apart from the join, and on one that cannot. */
class CollectingTest {
    private static final String ONE = "{\"id\":1,\"page\":\"/a\",\"o\":{\"n\":1},\"at\":1}\n";
    private static final String TWO = "{\"id\":1,\"page\":null,\"at\":2}\n";
    private static final String THREE = "{\"id\":1,\"page\":[\"/b\",{}],\"o\":{\"n\":2},\"at\":3}\n";
    private static final String END = "{\"id\":1,\"end\":true}\n";

    @TempDir
    static Path folder;

    private final String namespace = UUID.randomUUID().toString();

    static Stream<String> stores() {
        return Stream.of("jdbc:h2:" + folder.resolve("joins").toAbsolutePath(), "kept:");
    }

    private Ended command(String store, String input, String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--store", store, "--namespace", namespace));
        return run(input, all.toArray(String[]::new));
    }

    private Ended join(String store, String input, String... merges) {
        List<String> args = new ArrayList<>(List.of("join", "--key=id", "--require=end"));
        for (String merge : merges) {
            args.add("--merge=" + merge);
        }
        return command(store, input, args.toArray(String[]::new));
    }

    @ParameterizedTest
    @MethodSource("stores")
    void areInTheirPlaceWhereverTheLinesCame(String store) {
        assertThat(join(store, ONE + TWO, "page=collect", "o.n=collect").out()).isEmpty();

        assertThat(join(store, THREE + END, "page=collect", "o.n=collect").out())
                .isEqualTo("{\"id\":1,\"page\":[\"/a\",[\"/b\",{}]],\"o\":{\"n\":[1,2]},\"at\":3,\"end\":true}\n");
        assertThat(command(store, "", "pending", "--json").out()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("stores")
    void whatWasMergedBeforeIsTheFirst(String store) {
        join(store, ONE, "at=sum");

        assertThat(join(store, THREE + END, "page=collect", "at=sum").out())
                .isEqualTo("{\"id\":1,\"page\":[\"/a\",[\"/b\",{}]],\"o\":{\"n\":2},\"at\":4,\"end\":true}\n");
    }

    @ParameterizedTest
    @MethodSource("stores")
    void runWithoutCollectingLosesNothing(String store) {
        join(store, ONE + THREE, "page=collect");

        Ended without = join(store, END);

        assertThat(without.out()).isEmpty();
        assertThat(without.status()).isEqualTo(3);
        assertThat(without.err())
                .contains("joins have collected 2 parts here, and the spec of join is without collecting");
        assertThat(command(store, "", "release", "1").out())
                .isEqualTo("{\"id\":1,\"page\":[\"/a\",[\"/b\",{}]],\"o\":{\"n\":2},\"at\":3}\n");
    }

    @ParameterizedTest
    @MethodSource("stores")
    void areShownAndTakenOutWhole(String store) {
        join(store, ONE + THREE, "page=collect", "at=collect");
        String object = "{\"id\":1,\"page\":[\"/a\",[\"/b\",{}]],\"o\":{\"n\":2},\"at\":[1,3]}";

        assertThat(command(store, "", "pending", "--json", "--values").out())
                .contains("\"parts\":2,")
                .endsWith(",\"value\":" + object + "}\n");
        assertThat(command(store, "", "drop", "1").out()).isEqualTo(object + "\n");
        assertThat(command(store, "", "pending", "--json").out()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("stores")
    void goToAnotherStoreWhole(String store) {
        join(store, ONE + THREE, "page=collect");
        String exported = command(store, "", "export").out();
        String other = "kept:";

        assertThat(run(exported, "import", "--store", other, "--namespace", namespace + "2")
                        .status())
                .isZero();

        assertThat(run(
                                "{\"id\":1,\"page\":\"/c\"}\n" + END,
                                "join",
                                "--key=id",
                                "--require=end",
                                "--merge=page=collect",
                                "--store",
                                other,
                                "--namespace",
                                namespace + "2")
                        .out())
                .isEqualTo("{\"id\":1,\"page\":[\"/a\",[\"/b\",{}],\"/c\"],\"o\":{\"n\":2},\"at\":3,\"end\":true}\n");
    }

    /** As a program of its own does, which knows nothing of the command line: bytes that are no text, JSON, and text. */
    private <V> void collectElsewhere(String store, Codec<V> values, V value) {
        try (Joiner<byte[], V> joiner = Joiner.create(
                JoinSpec.joining(byte[].class)
                        .keyedBy(part -> "1")
                        .<V>mergedBy((part, pending) -> value)
                        .collecting(part -> part, Codec.bytes())
                        .sufficientWhen((merged, parts) -> false)
                        .process(Collected::value)
                        .build(),
                JoinStores.open(store, JoinStoreConfig.of(namespace, KeyCodec.string(), values)))) {
            joiner.accept(new byte[] {-1, 0});
            joiner.accept("[2]".getBytes(UTF_8));
            joiner.accept("7 up".getBytes(UTF_8));
        }
    }

    @ParameterizedTest
    @MethodSource("stores")
    void whatAnotherProgramHasCollectedIsPrinted(String store) {
        for (String command : List.of("release", "drop")) {
            collectElsewhere(store, Json.codec(), Json.MAPPER.createObjectNode().put("id", 1));

            assertThat(command(store, "", "export").out()).contains("\"joiner:parts\":[\"/wA=\",[2],\"7 up\"]");
            assertThat(command(store, "", command, "1").out())
                    .isEqualTo("{\"id\":1,\"joiner:parts\":[\"/wA=\",[2],\"7 up\"]}\n");
        }
    }

    @Test
    void joinThatCannotBePrintedWholeIsNotTakenOut() {
        String store = stores().findFirst().orElseThrow();
        collectElsewhere(store, Codec.longs(), 17L);

        for (String command : List.of("release", "drop")) {
            Ended ended = command(store, "", command, "1");
            assertThat(ended.status()).isEqualTo(1);
            assertThat(ended.err()).contains("codec");
        }
        assertThat(command(store, "", "export").err()).contains("key \"1\": the value is of another codec, not JSON");
        assertThat(command(store, "", "pending").out()).contains("3");
    }

    @ParameterizedTest
    @MethodSource("stores")
    void nameOfTheNoteIsNoFieldOfALine(String store) {
        Ended ended = join(store, "{\"id\":1,\"joiner:collected\":[]}\n", "page=collect");

        assertThat(ended.err()).contains("has a field joiner:collected, a name that is Joiner's own");
        assertThat(ended.status()).isEqualTo(3);
    }
}

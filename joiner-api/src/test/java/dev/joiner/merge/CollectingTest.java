package dev.joiner.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.joiner.Codec;
import dev.joiner.Collected;
import dev.joiner.InvalidMessageException;
import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.internal.driver.MapStore;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CollectingTest {

    record Item(String invoice, int position, @Nullable Integer count, boolean isLast) {

        static Item of(int position) {
            return new Item("i", position, null, false);
        }

        Item saying(int size) {
            return new Item(invoice, position, size, false);
        }

        Item last() {
            return new Item(invoice, position, count, true);
        }
    }

    private static final Collecting<Item, String> POSITIONS =
            Collecting.of(Item.class, item -> "" + item.position(), Codec.string());

    private static KeyedJoiner<Item, String, Long, String> joiner(Collecting<Item, String> collecting) {
        return Joiner.create(
                collecting
                        .<String>keyedBy(Item::invoice)
                        .process((Collected<Long, String> parts) -> String.join("+", parts))
                        .build(),
                new MapStore<>(new ArrayList<>()));
    }

    private static Outcome<String> last(Collecting<Item, String> collecting, Item... items) {
        List<Outcome<String>> outcomes = joiner(collecting).acceptAll(List.of(items));
        assertThat(outcomes.subList(0, items.length - 1)).allMatch(Outcome.Incomplete.class::isInstance);
        return outcomes.get(items.length - 1);
    }

    private static Outcome<String> joined(String text) {
        return new Outcome.Joined<>(text, true);
    }

    @Test
    void upToHandsOverWhenSoManyAreThere() {
        assertThat(last(POSITIONS.upTo(3), Item.of(1), Item.of(7), Item.of(2))).isEqualTo(joined("1+7+2"));
        assertThat(last(POSITIONS.upTo(1), Item.of(1))).isEqualTo(joined("1"));
    }

    @Test
    void sizeMayBeCarriedByAnyMessage() {
        Collecting<Item, String> bySize = POSITIONS.bySize(Item::count);

        assertThat(last(bySize, Item.of(1).saying(3), Item.of(2), Item.of(3))).isEqualTo(joined("1+2+3"));
        assertThat(last(bySize, Item.of(1), Item.of(2).saying(3), Item.of(3).saying(3)))
                .isEqualTo(joined("1+2+3"));
        assertThat(last(bySize, Item.of(1), Item.of(2), Item.of(3).saying(3))).isEqualTo(joined("1+2+3"));
        assertThat(last(bySize, Item.of(1), Item.of(2), Item.of(3).saying(2))).isEqualTo(joined("1+2+3"));
        assertThat(last(bySize, Item.of(1), Item.of(2), Item.of(3))).isInstanceOf(Outcome.Incomplete.class);
    }

    @Test
    void messagesThatContradictEachOtherAreRefused() {
        KeyedJoiner<Item, String, Long, String> joiner = joiner(POSITIONS.bySize(Item::count));
        joiner.accept(Item.of(1).saying(3));

        assertThatExceptionOfType(InvalidMessageException.class)
                .isThrownBy(() -> joiner.accept(Item.of(2).saying(4)))
                .withMessage("Item: bySize: key \"i\": the size is 4, and was 3 in a message before");
        assertThatExceptionOfType(InvalidMessageException.class)
                .isThrownBy(() -> joiner.accept(Item.of(2).saying(0)))
                .withMessage("Item: bySize: key \"i\": the size is 0, must be at least 1");
        assertThat(joiner.find("i").get(0).parts()).isEqualTo(1);
    }

    @Test
    void sizesThatAreNotWholeAreRefused() {
        List<Number> sizes = List.of(
                2.9,
                2.5f,
                Double.POSITIVE_INFINITY,
                Double.NaN,
                0x1p63,
                BigInteger.TWO.pow(64).add(BigInteger.TWO),
                new BigDecimal("2.00000000000000000001"),
                new BigDecimal("1E+1000000"));
        for (Number size : sizes) {
            KeyedJoiner<Item, String, Long, String> joiner = joiner(POSITIONS.bySize(item -> size));

            assertThatExceptionOfType(InvalidMessageException.class)
                    .isThrownBy(() -> joiner.accept(Item.of(1)))
                    .withMessage("Item: bySize: key \"i\": the size is " + size
                            + ", must be a whole number up to 9223372036854775807");
        }
    }

    @Test
    void sizesMayBeNumbersOfAnyClass() {
        List<Number> sizes = List.of(
                2, 2L, (short) 2, (byte) 2, 2.0, 2f, BigInteger.TWO, new BigDecimal("2.0"), new AtomicInteger(2));
        for (Number size : sizes) {
            assertThat(last(POSITIONS.bySize(item -> size), Item.of(1), Item.of(2)))
                    .as("%s", size.getClass())
                    .isEqualTo(joined("1+2"));
        }
        assertThat(missing(POSITIONS.bySize(item -> Long.MAX_VALUE - 1), Item.of(1)))
                .containsExactly("9223372036854775805 more of 9223372036854775806");
    }

    private static List<String> missing(Collecting<Item, String> collecting, Item... items) {
        KeyedJoiner<Item, String, Long, String> joiner = joiner(collecting);
        joiner.acceptAll(List.of(items));
        return joiner.find("i").get(0).missing();
    }

    @Test
    void whatIsMissingIsSaid() {
        assertThat(missing(POSITIONS.upTo(3), Item.of(1))).containsExactly("2 more of 3");
        assertThat(missing(POSITIONS.bySize(Item::count), Item.of(1).saying(5), Item.of(2)))
                .containsExactly("3 more of 5");
        assertThat(missing(POSITIONS.bySize(Item::count), Item.of(1)))
                .containsExactly("a message that says how many there are");
        assertThat(missing(POSITIONS.until(Item::isLast), Item.of(1))).containsExactly("the last message");
        assertThat(missing(POSITIONS.upTo(9).bySize(Item::count), Item.of(1).saying(4)))
                .containsExactly("3 more of 4");
        assertThat(missing(POSITIONS.upTo(3).until(Item::isLast), Item.of(1))).containsExactly("2 more of 3");
    }

    @Test
    void limitBelowWhatAJoinNeedsIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> POSITIONS.upTo(5).keyedBy(Item::invoice).collectAtMost(3))
                .withMessage("collectAtMost: parts is 3, and a join needs 5: none would ever be whole");
        POSITIONS.upTo(5).keyedBy(Item::invoice).collectAtMost(5);
        POSITIONS.upTo(5).until(Item::isLast).keyedBy(Item::invoice).collectAtMost(3);
    }

    @Test
    void untilHandsOverWithTheLast() {
        assertThat(last(
                        POSITIONS.until(Item::isLast),
                        Item.of(1),
                        Item.of(2),
                        Item.of(3).last()))
                .isEqualTo(joined("1+2+3"));
    }

    @Test
    void whatIsFulfilledFirstCounts() {
        Collecting<Item, String> all = POSITIONS.upTo(3).bySize(Item::count).until(Item::isLast);

        assertThat(last(all, Item.of(1), Item.of(2), Item.of(3))).isEqualTo(joined("1+2+3"));
        assertThat(last(all, Item.of(1), Item.of(2).saying(2))).isEqualTo(joined("1+2"));
        assertThat(last(all, Item.of(1).saying(3), Item.of(2).last())).isEqualTo(joined("1+2"));
    }

    @Test
    void messagesAreCollectedWholeUnlessAPartIsNamed() {
        Codec<Item> codec = Codec.ofText(item -> "" + item.position(), text -> Item.of(Integer.parseInt(text)));
        List<Item> seen = new ArrayList<>();
        var spec = Collecting.of(Item.class, codec)
                .upTo(2)
                .keyedBy(Item::invoice)
                .process(items -> seen.addAll(items.toList()))
                .build();
        try (var joiner = Joiner.create(spec, new MapStore<>(new ArrayList<>()))) {
            joiner.acceptAll(List.of(Item.of(1), Item.of(2)));
        }

        assertThat(spec.name()).isEqualTo("Item");
        assertThat(seen).containsExactly(Item.of(1), Item.of(2));
    }

    @Test
    void optionsAreSetOnceAndOneMustBe() {
        assertThatIllegalStateException()
                .isThrownBy(() -> POSITIONS.keyedBy(Item::invoice))
                .withMessageStartingWith("Collecting needs upTo, bySize or until");
        assertThatIllegalStateException()
                .isThrownBy(() -> POSITIONS.upTo(1).upTo(1))
                .withMessage("upTo is set twice");
        assertThatIllegalStateException()
                .isThrownBy(() -> POSITIONS.bySize(Item::count).bySize(Item::count))
                .withMessage("bySize is set twice");
        assertThatIllegalStateException()
                .isThrownBy(() -> POSITIONS.until(Item::isLast).until(Item::isLast))
                .withMessage("until is set twice");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> POSITIONS.upTo(0))
                .withMessage("upTo is 0, must be at least 1");
    }

    /** In whatever order and batches they come, with duplicates: each message is in one join, which is whole with the last. */
    @Test
    void sizedJoinsAreWholeWhateverTheOrder() {
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            int size = random.nextInt(1, 40);
            List<Item> items =
                    IntStream.range(0, size).mapToObj(Item::of).collect(Collectors.toCollection(ArrayList::new));
            int teller = random.nextInt(size);
            items.set(teller, items.get(teller).saying(size));
            List<Item> deliveries = new ArrayList<>(items);
            for (Item item : items) {
                if (random.nextInt(4) == 0) {
                    deliveries.add(item);
                }
            }
            Collections.shuffle(deliveries, random);
            List<List<String>> joined = new ArrayList<>();
            List<String> expected = new ArrayList<>();
            deliveries.stream().distinct().forEach(item -> expected.add("" + item.position()));
            var spec = POSITIONS
                    .bySize(Item::count)
                    .keyedBy(Item::invoice)
                    .identifiedBy(Item::position, Duration.ofHours(1))
                    .process(parts -> joined.add(parts.toList()))
                    .build();
            try (var joiner = Joiner.create(spec, new MapStore<>(new ArrayList<>()))) {
                for (int i = 0; i < deliveries.size(); ) {
                    int end = Math.min(deliveries.size(), i + random.nextInt(1, 6));
                    joiner.acceptAll(deliveries.subList(i, end));
                    i = end;
                }
            }

            assertThat(joined).as("seed %s", seed).containsExactly(expected);
        }
    }
}

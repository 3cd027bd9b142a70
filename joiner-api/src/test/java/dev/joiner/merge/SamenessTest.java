package dev.joiner.merge;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.DayOfWeek;
import java.time.Instant;
import java.util.AbstractMap.SimpleEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SamenessTest {

    /** An entity: equal by its id, whatever else it holds. */
    private static final class Customer {
        private final String id;
        private final String name;

        Customer(String id, String name) {
            this.id = id;
            this.name = name;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Customer customer && id.equals(customer.id);
        }

        @Override
        public int hashCode() {
            return id.hashCode();
        }

        @Override
        public String toString() {
            return name;
        }
    }

    record Order(String id, @Nullable Customer customer) {}

    record Envelope(int number, Order order) {}

    record Box(Object any) {}

    record Chain(
            String text,
            @Nullable Customer customer,
            @Nullable Chain next) {}

    record Plain(
            String text,
            int number,
            UUID id,
            Instant at,
            DayOfWeek day,
            @Nullable Plain next) {}

    record Masked(Customer customer) {
        @Override
        public Customer customer() {
            return new Customer("nobody", "nobody");
        }
    }

    private static final Customer ANN = new Customer("1", "Ann");
    private static final Customer RENAMED = new Customer("1", "Anna");

    /** What holds an entity is equal to what holds its namesake, and is not the same. */
    private static void assertLooksInto(Function<Customer, Object> holder) {
        assertThat(holder.apply(ANN)).isEqualTo(holder.apply(RENAMED));
        assertThat(Sameness.areSame(holder.apply(ANN), holder.apply(RENAMED)))
                .as("%s", holder.apply(ANN))
                .isFalse();
        assertThat(Sameness.areSame(holder.apply(ANN), holder.apply(ANN)))
                .as("%s", holder.apply(ANN))
                .isTrue();
    }

    private static void assertSame(Object one, Object other) {
        assertThat(Sameness.areSame(one, other)).as("%s %s", one, other).isTrue();
    }

    private static void assertNotSame(@Nullable Object one, @Nullable Object other) {
        assertThat(Sameness.areSame(one, other)).as("%s %s", one, other).isFalse();
        assertThat(Sameness.areSame(other, one)).as("%s %s", other, one).isFalse();
    }

    @Test
    void recordsAreTheSameIfTheirComponentsAre() {
        assertLooksInto(customer -> new Order("o", customer));
        assertLooksInto(customer -> new Envelope(7, new Order("o", customer)));
        assertLooksInto(Box::new);
        assertLooksInto(customer -> new Box(new Box(List.of(customer))));
        assertSame(new Order("o", null), new Order("o", null));
        assertNotSame(new Order("o", null), new Order("o", ANN));
        assertNotSame(new Order("o", ANN), new Order("p", ANN));
        assertNotSame(new Box("a"), new Plain("a", 1, new UUID(1, 2), Instant.EPOCH, DayOfWeek.MONDAY, null));
    }

    @Test
    void collectionsAreTheSameIfTheirElementsAre() {
        assertLooksInto(List::of);
        assertLooksInto(customer -> new ArrayList<>(List.of("a", customer)));
        assertLooksInto(Set::of);
        assertLooksInto(customer -> List.of(new Order("o", customer)));
        assertLooksInto(customer -> Set.of(new Order("o", customer), new Order("p", customer)));
        assertLooksInto(customer -> Optional.of(new Order("o", customer)));
        assertSame(new ArrayList<>(List.of(1, 2)), List.of(1, 2));
        assertSame(new HashSet<>(Arrays.asList("a", null)), new HashSet<>(Arrays.asList(null, "a")));
        assertNotSame(List.of(1, 2), List.of(1));
        assertNotSame(List.of(1, 2), List.of(2, 1));
        assertNotSame(List.of(), Set.of());
        assertNotSame(Set.of("a"), Collections.singleton(null));
        assertNotSame(Optional.empty(), Optional.of(1));
    }

    @Test
    void mapsAreTheSameIfTheirKeysAndValuesAre() {
        assertLooksInto(customer -> Map.of(customer, 1));
        assertLooksInto(customer -> new HashMap<>(Map.of("a", new Order("o", customer))));
        assertLooksInto(customer -> Map.entry("a", customer));
        assertLooksInto(customer -> new SimpleEntry<>(customer, "a"));
        assertLooksInto(customer -> new Box(Map.entry("a", List.of(customer))));
        assertSame(Map.of("a", 1, "b", 2), new HashMap<>(Map.of("b", 2, "a", 1)));
        assertSame(Map.entry("a", 1), new SimpleEntry<>("a", 1));
        assertNotSame(Map.of("a", 1), Map.of("a", 2));
        assertNotSame(Map.of("a", 1), Map.of());
    }

    /** To the one set they are equal, and not to the other. */
    @Test
    void setsOfTheirOwnOrderAreNotBelieved() {
        Set<String> anyCase = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        anyCase.add("A");

        assertNotSame(anyCase, Set.of("a"));
        assertSame(anyCase, Set.of("A"));
    }

    @Test
    void recordsInRecordsOfTheirOwnKindAreLookedInto() {
        assertLooksInto(customer -> new Chain("a", null, new Chain("b", customer, null)));
        Plain plain = new Plain("a", 1, new UUID(1, 2), Instant.EPOCH, DayOfWeek.MONDAY, null);
        assertSame(
                new Plain("b", 2, new UUID(3, 4), Instant.MAX, DayOfWeek.SUNDAY, plain),
                new Plain(
                        "b",
                        2,
                        new UUID(3, 4),
                        Instant.MAX,
                        DayOfWeek.SUNDAY,
                        new Plain("a", 1, new UUID(1, 2), Instant.EPOCH, DayOfWeek.MONDAY, null)));
        assertNotSame(plain, new Plain("a", 2, new UUID(1, 2), Instant.EPOCH, DayOfWeek.MONDAY, null));
    }

    @Test
    void accessorsOfOnesOwnAreNotAsked() {
        assertLooksInto(Masked::new);
    }

    @Test
    void numbersAreTheSameAsTheyAreEqual() {
        assertSame(new Box(new BigDecimal("1.0")), new Box(new BigDecimal("1.0")));
        assertNotSame(new Box(new BigDecimal("1.0")), new Box(new BigDecimal("1.00")));
        assertNotSame(new Box(1), new Box(1L));
        assertNotSame(null, 1);
    }
}

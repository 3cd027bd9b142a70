package dev.joiner.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.internal.driver.MapStore;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.invoke.MethodHandles;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Components are null here where messages leave them out, whether they are required or not. */
@NullUnmarked
class RecordsTest {

    record Order(
            String id,
            String paidBy,
            String sentBy,
            @Nullable String coupon,
            int items) {}

    private static Order order(String paidBy, String sentBy) {
        return new Order("o", paidBy, sentBy, null, 1);
    }

    private final Records<Order> orders = Records.of(Order.class);

    @Test
    void eachComponentIsTheNewestThatIsNotNull() {
        Order merged = orders.merge(new Order("o", null, "post", "x", 2), new Order("o", "card", "bike", null, 1));

        assertThat(merged).isEqualTo(new Order("o", "card", "post", "x", 2));
    }

    @Test
    void keepFirstKeepsWhatCameFirst() {
        Order merged = orders.keepFirst()
                .newest("items")
                .merge(new Order("o", null, "post", "x", 2), new Order("o", "card", "bike", null, 1));

        assertThat(merged).isEqualTo(new Order("o", "card", "bike", "x", 2));
    }

    @Test
    void firstOfOneComponentWins() {
        assertThat(orders.first("sentBy").merge(order("card", "post"), order("cash", "bike")))
                .isEqualTo(order("card", "bike"));
    }

    @Test
    void firstMessageIsTheValue() {
        Order first = order("card", null);

        assertThat(orders.merge(first, null)).isSameAs(first);
    }

    @Test
    void whatChangesNothingReturnsWhatIsPending() {
        Order pending = new Order("o", "card", "post", null, 1);

        assertThat(orders.merge(order(null, "po".concat("st")), pending)).isSameAs(pending);
        assertThat(orders.merge(order(null, "bike"), pending)).isNotSameAs(pending);
    }

    @Test
    void completeIsWhatHasAllThatIsNotNullable() {
        assertThat(orders.isComplete(order("card", "post"))).isTrue();
        assertThat(orders.isComplete(order("card", null))).isFalse();
        assertThat(orders.missing(new Order("o", null, null, null, 0))).containsExactly("paidBy", "sentBy");
        assertThat(orders.missing(order("card", "post"))).isEmpty();
    }

    @Test
    void whatAConstructorThrowsPassesThrough() {
        record Strict(String a) {
            Strict {
                if (a.length() > 2) {
                    throw new UnsupportedOperationException(a);
                }
            }
        }
        Records<Strict> strict = Records.of(Strict.class).concat("a", "+");

        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> strict.merge(new Strict("b"), new Strict("a")))
                .withMessage("a+b");
    }

    @Test
    void classThatIsNotARecordIsRefused() {
        @SuppressWarnings({"unchecked", "rawtypes"})
        Class<Record> notARecord = (Class) String.class;

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Records.of(notARecord))
                .withMessage("java.lang.String is not a record");
    }

    @Test
    void argumentThatIsNullNamesItself() {
        assertThatNullPointerException().isThrownBy(() -> Records.of(null)).withMessage("type");
        assertThatNullPointerException()
                .isThrownBy(() -> Records.of(Order.class, null))
                .withMessage("lookup");
        assertThatNullPointerException()
                .isThrownBy(() -> Records.joining(Order.class, null))
                .withMessage("keyedBy");
        assertThatNullPointerException()
                .isThrownBy(() -> orders.merging("items", int.class, null))
                .withMessage("merging: function");
    }

    @Nested
    class NullableComponents {

        static final class OnDeclarations {
            /** As in libraries of old: without a target, so that it goes wherever a declaration is. */
            @Retention(RetentionPolicy.RUNTIME)
            @interface Nullable {}
        }

        static final class OnComponents {
            @Retention(RetentionPolicy.RUNTIME)
            @Target(ElementType.RECORD_COMPONENT)
            @interface Nullable {}
        }

        static final class OnFields {
            @Retention(RetentionPolicy.RUNTIME)
            @Target(ElementType.FIELD)
            @interface Nullable {}
        }

        static final class OnParameters {
            @Retention(RetentionPolicy.RUNTIME)
            @Target(ElementType.PARAMETER)
            @interface Nullable {}
        }

        static final class OnMethods {
            @Retention(RetentionPolicy.RUNTIME)
            @Target(ElementType.METHOD)
            @interface Nullable {}
        }

        @Retention(RetentionPolicy.RUNTIME)
        @interface Other {}

        @SuppressWarnings("ArrayRecordComponent") // never compared
        record Marked(
                @OnDeclarations.Nullable String declared,
                @OnComponents.Nullable String component,
                @OnFields.Nullable String field,
                @OnParameters.Nullable String parameter,
                @OnMethods.Nullable String accessor,
                @Nullable String type,
                @Nullable Integer boxed,
                Map.@Nullable Entry<String, String> inner,
                byte @Nullable [] bytes,
                String ownAccessor,
                @Other String required) {

            @Override
            @OnMethods.Nullable
            public String ownAccessor() {
                return ownAccessor;
            }
        }

        @Test
        void areMarkedInAnyPlaceByAnyAnnotationOfThatName() {
            assertThat(Records.of(Marked.class)
                            .missing(new Marked(null, null, null, null, null, null, null, null, null, null, null)))
                    .containsExactly("required");
        }

        @Test
        void areNotThoseWhoseElementsAre() {
            @SuppressWarnings("ArrayRecordComponent") // never compared
            record Elements(
                    List<@Nullable String> list, @Nullable String[] array) {}

            assertThat(Records.of(Elements.class).missing(new Elements(null, null)))
                    .containsExactly("list", "array");
        }

        @Test
        @SuppressWarnings("NullOptional") // as a message may have it that leaves the component out
        void areOptionals() {
            record Shop(String id, Optional<String> motto) {}
            Records<Shop> shops = Records.of(Shop.class);

            assertThat(shops.isComplete(new Shop("s", Optional.empty()))).isTrue();
            assertThat(shops.isComplete(new Shop("s", null))).isTrue();
            assertThat(shops.merge(new Shop("s", Optional.empty()), new Shop("s", Optional.of("a"))))
                    .isEqualTo(new Shop("s", Optional.of("a")));
            assertThat(shops.merge(new Shop("s", Optional.of("b")), new Shop("s", Optional.of("a"))))
                    .isEqualTo(new Shop("s", Optional.of("b")));
            assertThat(shops.keepFirst().merge(new Shop("s", Optional.of("b")), new Shop("s", null)))
                    .isEqualTo(new Shop("s", Optional.of("b")));
            assertThat(shops.merge(new Shop("s", null), new Shop("s", Optional.empty())))
                    .isEqualTo(new Shop("s", Optional.empty()));
        }
    }

    @Nested
    class RulesOfComponents {

        record Sums(int a, long b, double c, Integer d, Long e, BigInteger f, BigDecimal g, Duration h) {}

        @Test
        void sumAddsUp() {
            Records<Sums> sums = Records.of(Sums.class);
            for (String component : List.of("a", "b", "c", "d", "e", "f", "g", "h")) {
                sums = sums.sum(component);
            }
            Sums one = new Sums(1, 2, 3.5, null, 5L, BigInteger.ONE, new BigDecimal("1.50"), Duration.ofSeconds(1));

            assertThat(sums.merge(one, one))
                    .isEqualTo(new Sums(
                            2, 4, 7, null, 10L, BigInteger.TWO, new BigDecimal("3.00"), Duration.ofSeconds(2)));
        }

        @Test
        void sumThatOverflowsIsAnError() {
            Sums most = new Sums(Integer.MAX_VALUE, Long.MAX_VALUE, 0, null, null, null, null, null);

            assertThatExceptionOfType(ArithmeticException.class)
                    .isThrownBy(() -> Records.of(Sums.class).sum("a").merge(most, most));
            assertThatExceptionOfType(ArithmeticException.class)
                    .isThrownBy(() -> Records.of(Sums.class).sum("b").merge(most, most));
        }

        record Prices(int low, BigDecimal high) {}

        @Test
        void minAndMaxCompare() {
            Records<Prices> prices = Records.of(Prices.class).min("low").max("high");
            Prices wide = new Prices(1, BigDecimal.TEN);
            Prices narrow = new Prices(2, BigDecimal.ONE);

            assertThat(prices.merge(wide, narrow)).isEqualTo(wide);
            assertThat(prices.merge(narrow, wide)).isSameAs(wide);
        }

        record Tags(List<String> list, Set<String> set, Map<String, Integer> map, String text) {}

        @Test
        void collectAndConcatKeepAll() {
            Records<Tags> tags = Records.of(Tags.class)
                    .collect("list")
                    .collect("set")
                    .collect("map")
                    .concat("text", ", ");

            Tags merged = tags.merge(
                    new Tags(List.of("b", "a"), Set.of("a", "c"), Map.of("x", 2, "y", 3), "b"),
                    new Tags(List.of("a"), Set.of("a"), Map.of("x", 1), "a"));

            assertThat(merged)
                    .isEqualTo(new Tags(List.of("a", "b", "a"), Set.of("a", "c"), Map.of("x", 2, "y", 3), "a, b"));
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(() -> merged.list().add("c"));
        }

        @Test
        void functionTakesThePendingValueFirst() {
            Records<Order> merging = orders.merging("items", int.class, (pending, message) -> pending * 10 + message)
                    .merging("coupon", String.class, (pending, message) -> pending + message);

            assertThat(merging.merge(new Order("o", null, null, "b", 2), new Order("o", null, null, "a", 1)))
                    .isEqualTo(new Order("o", null, null, "ab", 12));
        }

        @Test
        void ruleThatDoesNotFitIsRefused() {
            assertRefused(
                    records -> records.sum("paidBy"),
                    "sum: component paidBy of Order is a String, must be an int, long, double, BigInteger, BigDecimal or"
                            + " Duration");
            assertRefused(
                    records -> records.collect("items"),
                    "collect: component items of Order is a int, must be a List, Collection, Set or Map");
            assertRefused(
                    records -> records.concat("items", ""),
                    "concat: component items of Order is a int, must be a String");
            assertRefused(
                    records -> records.merging("items", long.class, Math::max),
                    "merging: component items of Order is a int, must be a long");
            assertRefused(
                    records -> records.first("color"),
                    "first: Order has no component \"color\", only [id, paidBy, sentBy, coupon, items]");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Records.of(Tags.class).min("list"))
                    .withMessage("min: component list of Tags is a List, must be Comparable");
        }

        private void assertRefused(UnaryOperator<Records<Order>> rule, String message) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> rule.apply(orders))
                    .withMessage(message);
        }

        @Test
        void secondRuleOfAComponentIsRefused() {
            assertThatIllegalStateException()
                    .isThrownBy(() -> orders.sum("items").max("items"))
                    .withMessage("max: component items has two rules");
        }

        @Test
        void ruleLeavesTheRecordsItIsAddedTo() {
            orders.sum("items");

            assertThat(orders.merge(order(null, null), order(null, null)).items())
                    .isEqualTo(1);
        }
    }

    @Nested
    class NestedRecords {

        record Address(String city, String street, @Nullable String floor) {}

        record Customer(
                String id, Address address, @Nullable Address billing) {}

        private final Records<Customer> customers = Records.of(Customer.class);
        private final Customer inCity = new Customer("c", new Address("Rome", null, null), null);
        private final Customer inStreet = new Customer("c", new Address(null, "Via Appia", null), null);

        @Test
        void areOneValueByDefault() {
            assertThat(customers.merge(inStreet, inCity)).isEqualTo(inStreet);
            assertThat(customers.isComplete(inStreet)).isTrue();
        }

        @Test
        void areMergedDeeply() {
            Records<Customer> deeply = customers.deeply();

            assertThat(deeply.merge(inStreet, inCity))
                    .isEqualTo(new Customer("c", new Address("Rome", "Via Appia", null), null));
            assertThat(deeply.isComplete(inCity)).isFalse();
            assertThat(deeply.isComplete(new Customer("c", null, null))).isFalse();
            assertThat(deeply.isComplete(deeply.merge(inStreet, inCity))).isTrue();
            assertThat(deeply.missing(inCity)).containsExactly("address.street");
            assertThat(deeply.missing(new Customer("c", null, null))).containsExactly("address");
        }

        @Test
        void followTheRuleThatIsSetForThem() {
            assertThat(customers.deeply().first("address").merge(inStreet, inCity))
                    .isEqualTo(inCity);
        }

        record Tree(@Nullable Tree left, String leaf) {}

        @Test
        void thatContainThemselvesAreRefused() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Records.of(Tree.class).deeply())
                    .withMessage("deeply: record " + Tree.class.getName() + " contains itself");
        }

        record Twice(Address one, Address other) {}

        @Test
        void mayBeOfOneClass() {
            Address whole = new Address("Rome", "Via Appia", null);

            assertThat(Records.of(Twice.class).deeply().missing(new Twice(whole, null)))
                    .containsExactly("other");
        }
    }

    @Nested
    class Joining {

        private <K> KeyedJoiner<Order, K, Order, Order> joiner(
                dev.joiner.JoinSpec.Builder<Order, K, Order, Order> spec) {
            return Joiner.create(spec.build(), new MapStore<>(new ArrayList<>()));
        }

        @Test
        void isSufficientWhenComplete() {
            try (var joiner = joiner(Records.joining(Order.class, Order::id))) {
                assertThat(joiner.accept(order("card", null))).isInstanceOf(Outcome.Incomplete.class);
                assertThat(joiner.find("o").get(0).missing()).containsExactly("sentBy");
                assertThat(joiner.accept(order(null, "post")))
                        .isEqualTo(new Outcome.Joined<>(order("card", "post"), true));
            }
        }

        @Test
        void leavesAKeptValueUnchangedByWhatItHas() {
            try (var joiner = joiner(Records.joining(Order.class, Order::id)
                    .keepAfterJoin()
                    .expireAfter(Duration.ofHours(1))
                    .joinOnExpiry())) {
                joiner.accept(order("card", "post"));

                assertThat(joiner.accept(order(null, "post"))).isInstanceOf(Outcome.Unchanged.class);
                assertThat(joiner.accept(order(null, "bike")))
                        .isEqualTo(new Outcome.Joined<>(order("card", "bike"), true));
            }
        }

        @Test
        void refusesAMergeThatChangesTheKey() {
            try (var joiner = joiner(orders.concat("id", "+").keyedBy(Order::id))) {
                joiner.accept(order("card", null));

                assertThatIllegalArgumentException()
                        .isThrownBy(() -> joiner.accept(order(null, "post")))
                        .withMessage("keyedBy: the key \"o\" of a record becomes \"o+o\" when it is merged");
                assertThat(joiner.find("o").get(0).value()).contains(order("card", null));
            }
        }
    }

    @Nested
    class OfANamedModule {

        private static <T extends Record> List<String> missing(Records<T> records, Record value) {
            @SuppressWarnings("unchecked") // the class of the value is that of the records
            T typed = (T) value;
            return records.missing(typed);
        }

        @Test
        void isReadIfItsPackageIsOpen() throws Exception {
            ForeignRecords open = ForeignRecords.compiled("opens com.acme;");

            assertThat(missing(Records.of(open.type()), open.empty())).containsExactly("id");
        }

        @Test
        void isNamedWithTheDirectiveThatItLacks() throws Exception {
            ForeignRecords closed = ForeignRecords.compiled("");

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Records.of(closed.type()))
                    .withMessage(
                            "record com.acme.Order cannot be read: its module acme lacks \"opens com.acme;\"; or pass"
                                    + " MethodHandles.lookup()");
        }

        @Test
        void isReadWithALookupOfItsOwn() throws Exception {
            ForeignRecords closed = ForeignRecords.compiled("");

            assertThat(missing(Records.of(closed.type(), closed.lookup()), closed.empty()))
                    .containsExactly("id");
        }

        @Test
        void isNotReadWithALookupOfAnother() throws Exception {
            ForeignRecords closed = ForeignRecords.compiled("");

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Records.of(closed.type(), MethodHandles.lookup()))
                    .withMessage("record com.acme.Order cannot be read with the lookup of "
                            + OfANamedModule.class.getName());
        }
    }

    /** Equal by its id, as entities are. */
    record Entity(
            String id, @Nullable String paid, @Nullable String sent) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Entity entity && id.equals(entity.id);
        }

        @Override
        public int hashCode() {
            return id.hashCode();
        }
    }

    record Holder(String id, Entity entity, List<Entity> all) {}

    @Test
    void recordThatIsEqualByItsIdLosesNothing() {
        Records<Entity> records = Records.of(Entity.class);
        Entity pending = new Entity("1", "card", null);

        Entity merged = records.merge(new Entity("1", null, "post"), pending);

        assertThat(merged.paid()).isEqualTo("card");
        assertThat(merged.sent()).isEqualTo("post");
        assertThat(records.merge(new Entity("1", "card", null), merged)).isSameAs(merged);
    }

    @Test
    void recordInsideThatIsEqualByItsIdLosesNothing() {
        Records<Holder> records = Records.of(Holder.class);
        Holder pending = new Holder("1", new Entity("2", "old", null), List.of(new Entity("3", "old", null)));

        Holder merged = records.merge(
                new Holder("1", new Entity("2", "new", null), List.of(new Entity("3", "new", null))), pending);

        assertThat(merged.entity().paid()).isEqualTo("new");
        assertThat(merged.all().get(0).paid()).isEqualTo("new");
    }

    record Numbers(String id, OptionalInt one, OptionalLong two, OptionalDouble three) {}

    @Test
    void optionalNumberThatIsEmptyIsNotThere() {
        Numbers full = new Numbers("1", OptionalInt.of(1), OptionalLong.of(2), OptionalDouble.of(3));
        Numbers empty = new Numbers("1", OptionalInt.empty(), OptionalLong.empty(), OptionalDouble.empty());

        assertThat(Records.of(Numbers.class).merge(empty, full)).isEqualTo(full);
        assertThat(Records.of(Numbers.class).keepFirst().merge(full, empty)).isEqualTo(full);
        assertThat(Records.of(Numbers.class).missing(empty)).isEmpty();
    }

    @Test
    void functionThatReturnsNullIsNamed() {
        Records<Entity> records = Records.of(Entity.class).merging("paid", String.class, (pending, message) -> null);

        assertThatNullPointerException()
                .isThrownBy(() -> records.merge(new Entity("1", "a", null), new Entity("1", "b", null)))
                .withMessage("merging: the function of component paid returned null");
    }
}

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

    record Wide(
            int c0,
            int c1,
            int c2,
            int c3,
            int c4,
            int c5,
            int c6,
            int c7,
            int c8,
            int c9,
            int c10,
            int c11,
            int c12,
            int c13,
            int c14,
            int c15,
            int c16,
            int c17,
            int c18,
            int c19,
            int c20,
            int c21,
            int c22,
            int c23,
            int c24,
            int c25,
            int c26,
            int c27,
            int c28,
            int c29,
            int c30,
            int c31,
            int c32,
            int c33,
            int c34,
            int c35,
            int c36,
            int c37,
            int c38,
            int c39,
            int c40,
            int c41,
            int c42,
            int c43,
            int c44,
            int c45,
            int c46,
            int c47,
            int c48,
            int c49,
            int c50,
            int c51,
            int c52,
            int c53,
            int c54,
            int c55,
            int c56,
            int c57,
            int c58,
            int c59,
            int c60,
            int c61,
            int c62,
            int c63,
            int c64,
            int c65,
            int c66,
            int c67,
            int c68,
            int c69,
            int c70,
            int c71,
            int c72,
            int c73,
            int c74,
            int c75,
            int c76,
            int c77,
            int c78,
            int c79,
            int c80,
            int c81,
            int c82,
            int c83,
            int c84,
            int c85,
            int c86,
            int c87,
            int c88,
            int c89,
            int c90,
            int c91,
            int c92,
            int c93,
            int c94,
            int c95,
            int c96,
            int c97,
            int c98,
            int c99,
            int c100,
            int c101,
            int c102,
            int c103,
            int c104,
            int c105,
            int c106,
            int c107,
            int c108,
            int c109,
            int c110,
            int c111,
            int c112,
            int c113,
            int c114,
            int c115,
            int c116,
            int c117,
            int c118,
            int c119,
            int c120,
            int c121,
            int c122,
            int c123,
            int c124,
            int c125,
            int c126,
            int c127,
            int c128,
            int c129,
            int c130,
            int c131,
            int c132,
            int c133,
            int c134,
            int c135,
            int c136,
            int c137,
            int c138,
            int c139,
            int c140,
            int c141,
            int c142,
            int c143,
            int c144,
            int c145,
            int c146,
            int c147,
            int c148,
            int c149,
            int c150,
            int c151,
            int c152,
            int c153,
            int c154,
            int c155,
            int c156,
            int c157,
            int c158,
            int c159,
            int c160,
            int c161,
            int c162,
            int c163,
            int c164,
            int c165,
            int c166,
            int c167,
            int c168,
            int c169,
            int c170,
            int c171,
            int c172,
            int c173,
            int c174,
            int c175,
            int c176,
            int c177,
            int c178,
            int c179,
            int c180,
            int c181,
            int c182,
            int c183,
            int c184,
            int c185,
            int c186,
            int c187,
            int c188,
            int c189,
            int c190,
            int c191,
            int c192,
            int c193,
            int c194,
            int c195,
            int c196,
            int c197,
            int c198,
            int c199,
            int c200,
            int c201,
            int c202,
            int c203,
            int c204,
            int c205,
            int c206,
            int c207,
            int c208,
            int c209,
            int c210,
            int c211,
            int c212,
            int c213,
            int c214,
            int c215,
            int c216,
            int c217,
            int c218,
            int c219,
            int c220,
            int c221,
            int c222,
            int c223,
            int c224,
            int c225,
            int c226,
            int c227,
            int c228,
            int c229,
            int c230,
            int c231,
            int c232,
            int c233,
            int c234,
            int c235,
            int c236,
            int c237,
            int c238,
            int c239,
            int c240,
            int c241,
            int c242,
            int c243,
            int c244,
            int c245,
            int c246,
            int c247,
            int c248,
            int c249,
            int c250) {}

    @Test
    void recordWithMoreComponentsThanAMethodHandleTakesIsNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Records.of(Wide.class))
                .withMessage("record " + Wide.class.getName()
                        + " has 251 components, too many to be merged: up to 250 can be, where a long and a double count"
                        + " twice");
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
                    .isThrownBy(() -> Records.of(Sums.class).sum("a").merge(most, most))
                    .withMessage("sum of component a: integer overflow");
            assertThatExceptionOfType(ArithmeticException.class)
                    .isThrownBy(() -> Records.of(Sums.class).sum("b").merge(most, most))
                    .withMessage("sum of component b: long overflow");
        }

        private static Sums decimal(String number) {
            return new Sums(0, 0, 0, null, null, null, new BigDecimal(number), null);
        }

        /** It would take a gigabyte and more, and with a few digits more it has no end. */
        @Test
        void sumOfNumbersThatLieTooFarApartIsRefused() {
            Records<Sums> sums = Records.of(Sums.class).sum("g");

            for (String far : List.of("1E+2147483647", "1E+1001", "1E-1001", "-1E-2147483647")) {
                assertThatExceptionOfType(ArithmeticException.class)
                        .isThrownBy(() -> sums.merge(decimal(far), decimal("1")))
                        .withMessage("sum of component g: the sum has more than 1000 digits");
                assertThatExceptionOfType(ArithmeticException.class)
                        .isThrownBy(() -> sums.merge(decimal("1"), decimal(far)));
            }
            assertThat(sums.merge(decimal("1E+900"), decimal("1")).g())
                    .isEqualTo(BigDecimal.TEN.pow(900).add(BigDecimal.ONE));
            assertThat(sums.merge(decimal("1E-900"), decimal("1")).g().scale()).isEqualTo(900);
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
                dev.joiner.JoinSpec.Builder<Order, K, Order, Order, Order> spec) {
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

    record Outer(String id, Holder holder, List<Holder> all, Map<String, Holder> named) {}

    @Test
    void recordWhoseComponentIsEqualByItsIdLosesNothing() {
        Records<Outer> records = Records.of(Outer.class);
        Holder old = new Holder("2", new Entity("3", "old", null), List.of());
        Holder changed = new Holder("2", new Entity("3", "new", null), List.of());
        Outer pending = new Outer("1", old, List.of(old), Map.of("a", old));

        for (Outer message : List.of(
                new Outer("1", changed, List.of(old), Map.of("a", old)),
                new Outer("1", old, List.of(changed), Map.of("a", old)),
                new Outer("1", old, List.of(old), Map.of("a", changed)))) {
            Outer merged = records.merge(message, pending);

            assertThat(List.of(
                            merged.holder(), merged.all().get(0), merged.named().get("a")))
                    .anySatisfy(holder -> assertThat(holder.entity().paid()).isEqualTo("new"));
        }
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

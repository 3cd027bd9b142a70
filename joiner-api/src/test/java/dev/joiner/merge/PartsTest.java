package dev.joiner.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.joiner.InvalidMessageException;
import dev.joiner.JoinListener;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.internal.driver.MapStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class PartsTest {

    record Payment(String orderId, int version, String method) {}

    record Stock(String orderId, int left) {}

    record Coupon(String orderId, String code) {}

    private static final Part<Payment> PAYMENT = Part.of("payment", Payment.class, Payment::orderId);
    private static final Part<Stock> STOCK = Part.of("stock", Stock.class, Stock::orderId);
    private static final Part<Coupon> COUPON = Part.of("coupon", Coupon.class, Coupon::orderId);

    private static final Payment CARD = new Payment("o", 1, "card");
    private static final Payment CASH = new Payment("o", 2, "cash");
    private static final Stock LEFT = new Stock("o", 3);
    private static final Coupon HALF = new Coupon("o", "half");

    private final PartsMerge order = Parts.of(PAYMENT, STOCK).optional(COUPON);

    private static Parts merged(PartsMerge merge, Object... messages) {
        Parts parts = null;
        for (Object message : messages) {
            parts = merge.merge(message, parts);
        }
        return Objects.requireNonNull(parts);
    }

    private static <R> KeyedJoiner<Object, String, Parts, R> joiner(
            JoinSpec.Builder<Object, String, Parts, Parts, R> spec) {
        return Joiner.create(spec.build(), new MapStore<>(new ArrayList<>()));
    }

    @Test
    void requiredPartsAreJoinedInEitherOrder() {
        for (List<Object> messages : List.of(List.<Object>of(LEFT, CARD), List.<Object>of(CARD, LEFT))) {
            try (var joiner = joiner(order.keyedBy(String.class))) {
                assertThat(joiner.accept(messages.get(0))).isInstanceOf(Outcome.Incomplete.class);
                assertThat(joiner.accept(messages.get(1)))
                        .isEqualTo(new Outcome.Joined<>(merged(order, CARD, LEFT), true));
            }
        }
    }

    @Test
    void optionalPartThatCameFirstIsJoined() {
        try (var joiner = joiner(order.keyedBy(String.class).process(parts -> parts.find(COUPON)))) {
            joiner.accept(HALF);
            joiner.accept(CARD);

            assertThat(joiner.accept(LEFT)).isEqualTo(new Outcome.Joined<>(Optional.of(HALF), true));
        }
    }

    @Test
    void pendingJoinSaysWhatItWaitsFor() {
        try (var joiner = joiner(order.keyedBy(String.class))) {
            joiner.accept(HALF);
            joiner.accept(LEFT);

            assertThat(joiner.find("o").get(0).missing()).containsExactly("payment");
        }
    }

    @Test
    void partsAreReadByTheirType() {
        Parts parts = merged(order, LEFT, CARD);
        Payment payment = parts.get(PAYMENT);

        assertThat(payment).isEqualTo(CARD);
        assertThat(parts.find(STOCK)).contains(LEFT);
        assertThat(parts.find(COUPON)).isEmpty();
        assertThat(parts.toMap()).containsExactly(Map.entry("payment", CARD), Map.entry("stock", LEFT));
        assertThatExceptionOfType(NoSuchElementException.class)
                .isThrownBy(() -> parts.get(COUPON))
                .withMessage("part \"coupon\" is not there, only [payment, stock]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parts.get(Part.of("gift", Integer.class, gift -> gift)))
                .withMessage("part gift (java.lang.Integer) is none of the parts " + order.parts());
    }

    @Test
    void partsAreEqualIfWhatTheyHoldIs() {
        PartsMerge other = Parts.of(STOCK, PAYMENT);

        assertThat(merged(order, LEFT, CARD))
                .isEqualTo(merged(order, CARD, LEFT))
                .isEqualTo(merged(other, CARD, LEFT))
                .hasSameHashCodeAs(merged(other, CARD, LEFT))
                .isNotEqualTo(merged(order, LEFT, CASH))
                .isNotEqualTo(merged(order, LEFT))
                .hasToString("Parts{payment=" + CARD + ", stock=" + LEFT + "}");
        assertThat(merged(order, LEFT)).hasToString("Parts{stock=" + LEFT + "}, missing [payment]");
    }

    /** A joiner with a changed definition goes on with the store of another, in one process. */
    @Test
    void partsOfAnOlderDefinitionAreTakenOver() {
        Parts older = merged(Parts.of(STOCK, PAYMENT), LEFT);

        Parts parts = order.merge(CARD, older);

        assertThat(parts).isEqualTo(merged(order, CARD, LEFT));
        assertThat(order.isComplete(parts)).isTrue();
        assertThat(order.isComplete(older)).isFalse();
        assertThat(order.isComplete(merged(Parts.of(COUPON, STOCK), HALF, LEFT)))
                .isFalse();
    }

    @Test
    void mergeLeavesWhatWasPending() {
        Parts pending = merged(order, LEFT);

        order.merge(CARD, pending);

        assertThat(pending).isEqualTo(merged(order, LEFT));
    }

    /** Equal by its id, as entities are. */
    record Entity(String id, String text) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Entity entity && id.equals(entity.id);
        }

        @Override
        public int hashCode() {
            return id.hashCode();
        }
    }

    /** With the {@code equals} of all records, which asks that of the entity. */
    record Holder(String id, Entity entity) {}

    @Nested
    class APartThatComesTwice {

        private final PartsMerge first = Parts.of(PAYMENT.keepFirst(), STOCK);
        private final PartsMerge newest = Parts.of(PAYMENT.newest(Payment::version), STOCK);
        private final Part<List<Payment>> payments = PAYMENT.collect();
        private final PartsMerge all = Parts.of(payments, STOCK);

        @Test
        void isTheLastByDefault() {
            assertThat(merged(order, CASH, CARD).get(PAYMENT)).isEqualTo(CARD);
        }

        @Test
        void isTheFirstIfThatIsKept() {
            assertThat(merged(first, CASH, CARD).get(PAYMENT)).isEqualTo(CASH);
        }

        @Test
        void isTheNewestByItsVersion() {
            assertThat(merged(newest, CASH, CARD).get(PAYMENT)).isEqualTo(CASH);
            assertThat(merged(newest, CARD, CASH).get(PAYMENT)).isEqualTo(CASH);
            assertThat(merged(newest, CARD, new Payment("o", 1, "other")).get(PAYMENT))
                    .isEqualTo(CARD);
        }

        @Test
        void isAllOfThemIfTheyAreCollected() {
            Parts parts = merged(all, CASH, LEFT, CARD, CARD);

            assertThat(parts.get(payments)).containsExactly(CASH, CARD, CARD);
        }

        @Test
        void changesNothingIfItLoses() {
            for (PartsMerge merge : List.of(first, newest)) {
                Parts pending = merged(merge, CASH);

                assertThat(merge.merge(CARD, pending)).isSameAs(pending);
            }
            Parts pending = merged(order, CASH);
            assertThat(order.merge(new Payment("o", 2, "cash"), pending)).isSameAs(pending);
        }

        @Test
        void leavesAKeptValueUnchangedIfItLoses() {
            try (var joiner = joiner(newest.keyedBy(String.class)
                    .keepAfterJoin()
                    .expireAfter(Duration.ofHours(1))
                    .joinOnExpiry())) {
                joiner.accept(CASH);
                joiner.accept(LEFT);

                assertThat(joiner.accept(CARD)).isInstanceOf(Outcome.Unchanged.class);
                assertThat(joiner.accept(new Payment("o", 3, "voucher"))).isInstanceOf(Outcome.Joined.class);
            }
        }

        @Test
        void hasOneRule() {
            assertThatIllegalStateException()
                    .isThrownBy(() -> PAYMENT.keepFirst().collect())
                    .withMessage("collect: part \"payment\" has a rule for messages that come again");
            assertThatIllegalStateException().isThrownBy(() -> payments.keepFirst());
            assertThatIllegalStateException()
                    .isThrownBy(() -> PAYMENT.newest(Payment::version).keepFirst());
        }

        @Test
        void needsItsVersion() {
            Part<Payment> unversioned = PAYMENT.<Integer>newest(payment -> payment.version() == 2 ? null : 1);

            assertThatExceptionOfType(InvalidMessageException.class)
                    .isThrownBy(() -> merged(Parts.of(unversioned), CARD, CASH))
                    .withMessage("newest: the version of part \"payment\" is null");
        }

        @Test
        void needsItsVersionFromTheFirstMessageOn() {
            Part<Payment> unversioned = PAYMENT.<Integer>newest(payment -> null);

            assertThatExceptionOfType(InvalidMessageException.class)
                    .isThrownBy(() -> merged(Parts.of(unversioned), CARD));
        }

        @Test
        void lastCountsThoughItEqualsTheFirst() {
            Part<Entity> entity = Part.of("entity", Entity.class, Entity::id);

            Parts parts = merged(Parts.of(entity), new Entity("1", "old"), new Entity("1", "new"));

            assertThat(parts.get(entity).text()).isEqualTo("new");
        }

        @Test
        void lastCountsThoughAnEntityInItEqualsTheFirst() {
            Part<Holder> holder = Part.of("holder", Holder.class, Holder::id);

            Parts parts = merged(
                    Parts.of(holder), new Holder("1", new Entity("2", "old")), new Holder("1", new Entity("2", "new")));

            assertThat(parts.get(holder).entity().text()).isEqualTo("new");
        }
    }

    @Nested
    class AnOptionalPartThatIsWaitedFor {

        private final List<Instant> now = new ArrayList<>(List.of(Instant.EPOCH));
        private final InstantSource clock = () -> now.get(0);
        private final List<String> handedOver = new ArrayList<>();
        private final JoinSpec.Builder<Object, String, Parts, Parts, Parts> spec = order.waitFor(
                        COUPON, Duration.ofSeconds(30), clock)
                .keyedBy(String.class)
                .process((parts, handOver) -> {
                    handedOver.add(handOver.cause() + " " + parts.toMap().keySet());
                    return parts;
                });

        private KeyedJoiner<Object, String, Parts, Parts> joiner() {
            return Joiner.create(spec.build(), new MapStore<>(new ArrayList<>()), clock);
        }

        private void passes(Joiner<?, ?> joiner, long seconds) {
            now.set(0, now.get(0).plusSeconds(seconds));
            joiner.sweep();
        }

        @Test
        void isJoinedAtOnceWhenAllAreThere() {
            try (var joiner = joiner()) {
                joiner.accept(CARD);
                joiner.accept(HALF);
                assertThat(joiner.accept(LEFT)).isInstanceOf(Outcome.Joined.class);
                assertThat(handedOver).containsExactly("COMPLETE [payment, stock, coupon]");
            }
        }

        @Test
        void isJoinedAtOnceWhenItComesLast() {
            try (var joiner = joiner()) {
                joiner.accept(CARD);
                joiner.accept(LEFT);
                passes(joiner, 29);
                assertThat(joiner.find("o").get(0).missing()).containsExactly("coupon");
                assertThat(joiner.accept(HALF)).isInstanceOf(Outcome.Joined.class);
                assertThat(handedOver).containsExactly("COMPLETE [payment, stock, coupon]");
            }
        }

        @Test
        void isDoneWithoutWhenItsTimeIsOver() {
            try (var joiner = joiner()) {
                joiner.accept(CARD);
                passes(joiner, 3600);
                joiner.accept(LEFT);
                passes(joiner, 29);
                joiner.accept(CARD); // moves nothing
                assertThat(handedOver).isEmpty();
                passes(joiner, 1);
                assertThat(handedOver).containsExactly("EXPIRED [payment, stock]");
            }
        }

        @Test
        void isNotWhatTheRequiredOnesAreHandedOverWithout() {
            try (var joiner = joiner()) {
                joiner.accept(CARD);
                joiner.accept(HALF);
                passes(joiner, 3600);
                assertThat(handedOver).isEmpty();
                assertThat(joiner.find("o").get(0).dueAt()).isEmpty();
            }
        }

        @Test
        void endsNoKeptValue() {
            spec.keepAfterJoin().expireAfter(Duration.ofDays(1));
            try (var joiner = joiner()) {
                joiner.accept(CARD);
                joiner.accept(LEFT);
                joiner.accept(HALF);
                passes(joiner, 3600);
                assertThat(joiner.accept(CASH)).isInstanceOf(Outcome.Joined.class);
            }
        }

        @Test
        void isWaitedForAsLongAsTheOneThatHasMostTime() {
            record Gift(String orderId) {}
            Part<Gift> gift = Part.of("gift", Gift.class, Gift::orderId);
            PartsMerge both = order.optional(gift)
                    .waitFor(COUPON, Duration.ofSeconds(30), clock)
                    .waitFor(gift, Duration.ofSeconds(60));
            List<String> gone = new ArrayList<>();
            JoinSpec<Object, String, Parts, Parts> spec = both.keyedBy(String.class)
                    .process((parts, handOver) -> {
                        gone.add(handOver.key() + " " + parts.awaited());
                        return parts;
                    })
                    .build();
            try (var joiner = Joiner.create(spec, new MapStore<>(new ArrayList<>()), clock)) {
                joiner.acceptAll(List.of(new Payment("a", 1, "card"), new Stock("a", 1), new Gift("a")));
                joiner.acceptAll(List.of(new Payment("b", 1, "card"), new Stock("b", 1), new Coupon("b", "half")));
                joiner.acceptAll(List.of(new Payment("c", 1, "card"), new Stock("c", 1)));
                passes(joiner, 30);
                assertThat(gone).containsExactly("a [coupon]");
                passes(joiner, 30);
                assertThat(gone).containsExactlyInAnyOrder("a [coupon]", "b [gift]", "c [coupon, gift]");
            }
        }

        @Test
        void hasAPositiveTimeAndOneOnly() {
            Duration second = Duration.ofSeconds(1);

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> order.waitFor(COUPON, Duration.ZERO))
                    .withMessage("waitFor is PT0S, must be positive");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> order.waitFor(STOCK, second))
                    .withMessage("waitFor: part \"stock\" is not optional");
            assertThatIllegalStateException()
                    .isThrownBy(() -> order.waitFor(COUPON, second).waitFor(COUPON, second))
                    .withMessage("waitFor: part \"coupon\" is waited for twice");
            assertThatIllegalStateException()
                    .isThrownBy(() -> order.optional(Part.of("gift", Integer.class, number -> "o"))
                            .waitFor(COUPON, second, clock)
                            .waitFor(Part.of("gift", Integer.class, number -> "o"), second, () -> Instant.MAX))
                    .withMessage("waitFor: part \"gift\" has another clock than a part before");
        }

        @Test
        void mayBeWaitedForBeyondTheEndOfTime() {
            PartsMerge forever = order.waitFor(COUPON, Duration.ofSeconds(Long.MAX_VALUE), clock);
            JoinSpec<Object, String, Parts, Parts> spec =
                    forever.keyedBy(String.class).build();
            try (var joiner = Joiner.create(spec, new MapStore<>(new ArrayList<>()), clock)) {
                joiner.acceptAll(List.of(CARD, LEFT));
                assertThat(joiner.find("o").get(0).dueAt()).isEmpty();
            }
        }

        @Test
        void isTheExpiryOfTheSpec() {
            assertThatIllegalStateException()
                    .isThrownBy(() -> spec.onExpired((parts, handOver) -> {}).build())
                    .withMessageContaining("onExpired and joinOnExpiry contradict");
        }

        @Test
        void keepsItsTimeWhenItsStateIsRestored() {
            PartsMerge waiting = order.waitFor(COUPON, Duration.ofSeconds(30), clock);
            Parts parts = merged(waiting, CARD, LEFT);

            assertThat(parts.completeSince()).contains(Instant.EPOCH);
            assertThat(waiting.restored(parts.toMap(), Instant.EPOCH)).isEqualTo(parts);
            assertThat(waiting.restored(parts.toMap(), null)).isNotEqualTo(parts);
        }
    }

    @Nested
    class AMessage {

        private final PartsMerge merge = Parts.of(PAYMENT, Part.of("number", Number.class, number -> "o"));

        @Test
        void mayBeOfASubclass() {
            assertThat(merged(merge, 5).toMap()).containsExactly(Map.entry("number", 5));
        }

        @Test
        void ofNoPartIsRefused() {
            assertThatExceptionOfType(InvalidMessageException.class)
                    .isThrownBy(() -> merged(merge, "text"))
                    .withMessage("a message of class java.lang.String is of none of the parts " + merge.parts());
        }

        @Test
        void ofTwoPartsIsRefused() {
            PartsMerge texts = Parts.of(
                    Part.of("text", CharSequence.class, text -> "o"),
                    Part.of("compared", Comparable.class, text -> "o"));

            assertThatExceptionOfType(InvalidMessageException.class)
                    .isThrownBy(() -> merged(texts, "text"))
                    .withMessage(
                            "a message of class java.lang.String is of part text (java.lang.CharSequence) and of part"
                                    + " compared (java.lang.Comparable)");
        }

        @Test
        void withAKeyOfAnotherClassIsRefused() {
            try (var joiner =
                    Joiner.create(merge.keyedBy(Long.class).build(), new MapStore<Long, Parts>(new ArrayList<>()))) {
                assertThatExceptionOfType(InvalidMessageException.class)
                        .isThrownBy(() -> joiner.accept(CARD))
                        .withMessage(
                                "keyedBy: the key of part \"payment\" is a java.lang.String, must be a java.lang.Long");
            }
        }

        @Test
        void mayHaveAPrimitiveKey() {
            Part<Integer> number = Part.of("number", Integer.class, value -> value.longValue());
            try (var joiner = Joiner.create(
                    Parts.of(number).keyedBy(long.class).build(), new MapStore<Long, Parts>(new ArrayList<>()))) {
                assertThat(joiner.accept(7)).isInstanceOf(Outcome.Joined.class);
            }
        }

        @Test
        void withoutAKeyIsRefused() {
            PartsMerge keyless = Parts.of(Part.of("payment", Payment.class, payment -> none()));
            try (var joiner = joiner(keyless.keyedBy(String.class))) {
                assertThatExceptionOfType(InvalidMessageException.class)
                        .isThrownBy(() -> joiner.accept(CARD))
                        .withMessage("keyedBy: the key of part \"payment\" is null");
            }
        }

        private static @Nullable String none() {
            return null;
        }
    }

    @Nested
    class ADefinition {

        @Test
        void hasNamesThatDiffer() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> order.optional(Part.of("stock", Integer.class, number -> "o")))
                    .withMessage("two parts are named \"stock\"");
        }

        @Test
        void hasClassesThatDiffer() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Parts.of(
                            Part.of("a", Integer.class, number -> "o"), Part.of("b", Number.class, number -> "o")))
                    .withMessage("a message could be of part a (java.lang.Integer) and of part b (java.lang.Number)");
        }

        @Test
        void hasNamesThatAStoreCanKeep() {
            assertThat(Part.of("straße-1.b_c", String.class, text -> text).name())
                    .isEqualTo("straße-1.b_c");
            for (String name : List.of("", "1", "@a", "a b", "a\n", "a".repeat(101))) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> Part.of(name, String.class, text -> text))
                        .withMessageStartingWith("name is \"" + name + "\", must be a letter, then");
            }
        }

        @Test
        void takesAPrimitiveForItsBox() {
            Part<Integer> number = Part.of("number", int.class, value -> "o");

            assertThat(merged(Parts.of(number), 7).get(number)).isEqualTo(7);
            assertThat(number.messages()).isEqualTo(Integer.class);
        }

        @Test
        void restoresAListOfItsOwn() {
            List<Payment> payments = new ArrayList<>(List.of(CARD));
            Parts restored = Parts.of(PAYMENT.collect()).restored(Map.of("payment", payments), null);
            payments.clear();

            assertThat(restored.get(PAYMENT.collect())).containsExactly(CARD);
        }

        @Test
        void restoresNothingThatIsNotItsOwn() {
            PartsMerge all = Parts.of(PAYMENT.collect());

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> order.restored(Map.of("gift", 1), null))
                    .withMessage("part \"gift\" is none of the parts " + order.parts());
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> order.restored(Map.of("stock", 1), null))
                    .withMessage("part \"stock\" is a java.lang.Integer, must be a " + Stock.class.getName());
            for (Object value : List.of(CARD, List.of(), List.of(LEFT))) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> all.restored(Map.of("payment", value), null))
                        .withMessageEndingWith("must be a list of " + Payment.class.getName());
            }
        }
    }

    @Test
    void mergeIsFoundInItsSpec() {
        PartsMerge merge = Parts.of(Part.of("text", String.class, String::length));
        var spec = merge.keyedBy(Integer.class).build();

        assertThat(PartsMerge.behind(spec)).containsSame(merge);
        assertThat(PartsMerge.behind(spec.withListener(new JoinListener() {}))).containsSame(merge);
        assertThat(PartsMerge.behind(JoinSpec.<Object>joining()
                        .keyedBy(message -> 1)
                        .<Parts>mergedBy(merge::merge)
                        .sufficientWhen(merge::isComplete)
                        .build()))
                .isEmpty();
    }
}

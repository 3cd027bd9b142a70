package dev.joiner.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.joiner.Cause;
import dev.joiner.Codec;
import dev.joiner.CodecException;
import dev.joiner.JoinSpec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.KeyCodec;
import dev.joiner.Outcome;
import dev.joiner.PendingJoin;
import dev.joiner.ProcessingException;
import dev.joiner.merge.Part;
import dev.joiner.merge.Parts;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.Versioned;
import dev.joiner.store.memory.MapJoinStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class JoinerTestingTest {
    private final List<String> expired = new ArrayList<>();

    /** Two halves of a word; the key is its first letter. */
    private JoinSpec.Builder<String, String, String, String, String> words() {
        return JoinSpec.joining(String.class)
                .keyedBy(half -> half.substring(0, 1))
                .<String>mergedBy((half, pending) -> pending == null ? half : pending + half.substring(1))
                .sufficientWhen(word -> word.length() >= 5)
                .expireAfter(Duration.ofMinutes(10))
                .onExpired((word, handOver) -> expired.add(word));
    }

    private JoinSpec<String, String, String, String> halves() {
        return words().identifiedBy(half -> half).build();
    }

    // snippet:testing-a-join
    @Test
    void halvesAreJoinedUnlessTheSecondIsLate() {
        var join = JoinerTesting.of(halves());
        join.accept("abc").isIncomplete();
        join.accept("abc").isDuplicate();
        join.accept("ade").isJoined("abcde");
        join.accept("xyz").isIncomplete();
        assertThat(join.passes(Duration.ofMinutes(10)).expired()).isEqualTo(1);
        join.isEmpty();
    }
    // end:testing-a-join

    @Test
    void checksThatDoNotHoldSayWhatIsThere() {
        var join = JoinerTesting.of(halves());

        assertFails(() -> join.accept("abc").isJoined("abc"), "expected abc to join to abc, found Incomplete[]");
        assertFails(() -> join.accept("abc").isIncomplete(), "expected abc to be Incomplete, found Duplicate[]");
        assertFails(() -> join.accept("xyz").isDuplicate(), "expected xyz to be Duplicate, found Incomplete[]");
        assertFails(() -> join.accept("xab").isLate(), "expected xab to be Late, found Joined[");
        assertFails(() -> join.accept("bcd").isUnchanged(), "expected bcd to be Unchanged, found Incomplete[]");
        assertFails(join::isEmpty, "expected nothing in the store, found [Entry[key=");
        assertThat(expired).isEmpty();
    }

    private record Payment(String order) {}

    private record Coupon(String order) {}

    private static final Part<Payment> PAYMENT = Part.of("payment", Payment.class, Payment::order);
    private static final Part<Coupon> COUPON = Part.of("coupon", Coupon.class, Coupon::order);

    private static JoinSpec<Object, String, Parts, Boolean> ofPayments(InstantSource clock) {
        return Parts.of(PAYMENT)
                .optional(COUPON)
                .waitFor(COUPON, Duration.ofSeconds(30), clock)
                .keyedBy(String.class)
                .process(parts -> parts.find(COUPON).isPresent())
                .build();
    }

    @Test
    void specThatReadsTheClockGetsThatOfTheTest() {
        // snippet:testing-a-wait
        var join = JoinerTesting.of(clock -> ofPayments(clock)); // .waitFor(COUPON, Duration.ofSeconds(30), clock)

        join.accept(new Payment("o-1")).isIncomplete();
        assertThat(join.passes(Duration.ofSeconds(30)).joined()).isEqualTo(1);
        // end:testing-a-wait
    }

    private static void assertFails(Runnable check, String message) {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(check::run)
                .satisfies(e -> assertThat(e.getMessage()).startsWith(message));
    }

    @Test
    void messagesThatComeTooLateOrChangeNothingAreToldApart() {
        var closed = JoinerTesting.of(words().rememberFor(Duration.ofHours(1)).build());
        closed.accept("abcde").isJoined("abcde");
        closed.accept("afg").isLate();

        var kept = JoinerTesting.of(JoinSpec.joining(String.class)
                .keyedBy(word -> word.substring(0, 1))
                .<String>mergedBy(
                        (word, pending) -> pending == null || word.length() > pending.length() ? word : pending)
                .sufficientWhen(word -> true)
                .keepAfterJoin()
                .expireAfter(Duration.ofMinutes(10))
                .joinOnExpiry()
                .build());
        kept.accept("abc").isJoined("abc");
        kept.accept("ab").isUnchanged();
    }

    @Test
    void whatAnOperatorDoesIsThereThroughTheJoiner() {
        var join = JoinerTesting.of(halves());
        join.accept("abc").isIncomplete();
        join.accept("xyz").isIncomplete();

        assertThat(join.joiner().find("a")).extracting(PendingJoin::status).containsExactly(PendingJoin.Status.WAITING);
        assertThat(join.joiner().release("a")).containsExactly(new Outcome.Joined<>("abc", true));
        assertThat(join.joiner().drop("x"))
                .extracting(dropped -> dropped.value().orElseThrow())
                .containsExactly("xyz");
        join.isEmpty();
    }

    @Test
    void codecsChangeNothingForValuesThatComeBack() {
        var join = JoinerTesting.of(halves(), KeyCodec.string(), Codec.string());
        join.accept("abc").isIncomplete();
        join.accept("abc").isDuplicate();
        join.accept("ade").isJoined("abcde");
        join.accept("xyz").isIncomplete();
        join.accept("b").isIncomplete();
        assertThat(join.joiner().counts().waiting()).isEqualTo(2);
        assertThat(join.joiner().pending(10).joins())
                .extracting(PendingJoin::key)
                .containsExactlyInAnyOrder("x", "b");
        assertThat(join.joiner().drop("b")).hasSize(1);
        assertThat(join.passes(Duration.ofMinutes(10)).expired()).isEqualTo(1);
        assertThat(expired).containsExactly("xyz");
        join.isEmpty();
    }

    @Test
    void aValueThatDoesNotComeBackIsRefusedWithWhatDiffers() {
        var join = JoinerTesting.of(
                halves(),
                KeyCodec.string(),
                Codec.of(word -> word.getBytes(UTF_8), bytes -> new String(bytes, UTF_8).trim()));

        join.accept("abc").isIncomplete();
        assertThatExceptionOfType(CodecException.class)
                .isThrownBy(() -> join.accept("xy "))
                .withMessageContainingAll("\"x\"", "the value (java.lang.String) does not come back equal");
        assertThat(join.joiner().find("x")).isEmpty();
        join.accept("ade").isJoined("abcde");
    }

    @Test
    void aKeyThatDoesNotComeBackIsRefusedWithWhatItBecame() {
        var join = JoinerTesting.of(
                halves(), KeyCodec.of(key -> key.toLowerCase(Locale.ROOT), key -> key), Codec.string());

        join.accept("abc").isIncomplete();
        assertThatExceptionOfType(CodecException.class)
                .isThrownBy(() -> join.accept("ABC"))
                .withMessageContaining("does not give the key back, but a");
        join.accept("ade").isJoined("abcde");
    }

    /** What merges into a value gets a copy, as it does on a database: changing it in place changes nothing that is stored. */
    @Test
    void aValueThatIsChangedInPlaceIsNotChangedInTheStore() {
        var join = JoinerTesting.of(
                JoinSpec.joining(String.class)
                        .keyedBy(word -> "k")
                        .<byte[]>mergedBy((word, pending) -> pending == null ? new byte[] {1} : pending)
                        .sufficientWhen(bytes -> false)
                        .onIncomplete(bytes -> bytes[0] = 2)
                        .build(),
                KeyCodec.string(),
                Codec.bytes());
        join.accept("a").isIncomplete();

        assertThat(join.joiner().find("k").get(0).value().orElseThrow()).containsExactly(1);
    }

    @Test
    void anExchangeOnWhatIsNotThereIsLostToWhatIs() {
        var store = new EncodingStore<>(
                JoinStoreConfig.of("test", KeyCodec.string(), Codec.string()), MapJoinStore.create());
        Versioned<String> first = versioned(1, "a");
        Versioned<String> second = versioned(2, "b");

        assertThat(store.compareAndExchange("k", first, second)).isEqualTo(Exchange.lost(null));
        assertThat(store.compareAndExchange("k", null, first)).isEqualTo(Exchange.written());
        assertThat(store.compareAndExchange("k", null, second)).isEqualTo(Exchange.lost(first));
        assertThat(store.compareAndExchange("k", second, null)).isEqualTo(Exchange.lost(first));
        assertThat(store.compareAndExchange("k", first, second)).isEqualTo(Exchange.written());
        assertThat(store.find("k").state()).isEqualTo(second.state());
        assertThat(store).hasToString("EncodingStore[1 keys]");
        assertThat(store.compareAndExchange("k", second, null)).isEqualTo(Exchange.written());
        assertThat(store.size()).isZero();
    }

    private static Versioned<String> versioned(long version, String value) {
        return Versioned.of(
                version,
                new JoinState<>(
                        new Join<>(value, 1, 0, JoinState.NEVER, JoinState.NEVER, Ids.NONE, false),
                        List.of(),
                        null,
                        0));
    }

    @Test
    void aJoinIsRetriedAsItsSpecSays() {
        List<String> attempts = new ArrayList<>();
        var join = JoinerTesting.of(
                words().process((word, handOver) -> {
                            attempts.add(handOver.cause() + " " + handOver.attempt());
                            throw new IllegalStateException("no database");
                        })
                        .retry(2, Duration.ofSeconds(1))
                        .parkPoisoned()
                        .build(),
                KeyCodec.string(),
                Codec.string());
        assertThatExceptionOfType(ProcessingException.class).isThrownBy(() -> join.accept("abcde"));

        assertThat(join.passes(Duration.ofSeconds(1)).parked()).isEqualTo(1);
        assertThat(attempts).containsExactly(Cause.COMPLETE + " 1", Cause.COMPLETE + " 2");
    }
}

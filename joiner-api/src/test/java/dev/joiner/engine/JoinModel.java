package dev.joiner.engine;

import dev.joiner.Cause;
import dev.joiner.Codec;
import dev.joiner.Collected;
import dev.joiner.JoinSpec;
import dev.joiner.engine.Step.Verdict;
import dev.joiner.spi.JoinState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What the joins of one key come to, said as plainly as can be: {@link #accept} is the algorithm of the ancestor, around
 * it stands what came to it since. Nothing here is immutable, stored, or fenced by tokens. Messages are letters, merged
 * into words.
 */
final class JoinModel {
    static final long START = 1_000_000;
    static final char FIRST_LETTER = '!';

    private static final long NEVER = JoinState.NEVER;
    private static final Codec<Character> LETTERS = Codec.ofText(String::valueOf, text -> text.charAt(0));

    /**
     * A message. Its id, a letter too, is null without ids.
     */
    record Message(char letter, @Nullable String id) {

        /** Every third message sets a deadline, in the time in which it is likely to arrive. */
        static long deadline(String word) {
            int last = word.charAt(word.length() - 1) - FIRST_LETTER;
            return last % 3 == 0 ? START + 10L * last + 17L * last % 40 : NEVER;
        }
    }

    /** The options of a spec. Durations in milliseconds; what is not set is 0, or {@link JoinState#NEVER}. */
    record Options(
            boolean exactly,
            boolean ids,
            long idsKept,
            long rememberFor,
            long expireAfter,
            long expireAfterIdle,
            boolean deadlines,
            boolean keepAfterJoin,
            boolean atMostOnce,
            boolean retries,
            boolean parks,
            int maxAttempts,
            long backoff,
            long maxBackoff,
            long lease,
            int maxInFlight,
            boolean collects) {

        static Options draw(RandomGenerator random) {
            boolean ids = random.nextBoolean();
            long expireAfter = random.nextInt(3) == 0 ? random.nextInt(1, 60) : NEVER;
            long expireAfterIdle = random.nextInt(3) == 0 ? random.nextInt(1, 40) : NEVER;
            boolean deadlines = random.nextInt(3) == 0;
            boolean expires = expireAfter != NEVER || expireAfterIdle != NEVER || deadlines;
            boolean keepAfterJoin = expires && random.nextInt(3) == 0;
            boolean atMostOnce = random.nextInt(5) == 0;
            boolean retries = !atMostOnce && random.nextInt(3) != 0;
            long backoff = retries ? random.nextInt(1, 20) : 1_000;
            return new Options(
                    random.nextInt(3) == 0,
                    ids,
                    ids && random.nextBoolean() ? random.nextInt(1, 60) : 0,
                    !keepAfterJoin && random.nextInt(3) == 0 ? random.nextInt(1, 60) : 0,
                    expireAfter,
                    expireAfterIdle,
                    deadlines,
                    keepAfterJoin,
                    atMostOnce,
                    retries,
                    retries && random.nextBoolean(),
                    retries ? random.nextInt(1, 4) : Integer.MAX_VALUE,
                    backoff,
                    retries ? backoff + random.nextInt(40) : 60_000,
                    random.nextInt(1, 30),
                    random.nextInt(1, 5),
                    !keepAfterJoin && !atMostOnce && random.nextInt(3) == 0);
        }

        JoinSpec<Message, String, String, String> spec(IntSupplier needed) {
            return spec(needed, (word, handOver) -> {});
        }

        /**
         * @param needed how many letters a word needs at the moment
         * @param handler of all causes, and of what is poisoned
         */
        JoinSpec<Message, String, String, String> spec(IntSupplier needed, JoinSpec.Handler<String, String> handler) {
            JoinSpec.Merged<Message, String, String> merged =
                    JoinSpec.joining(Message.class).keyedBy(message -> "k").mergedBy(this::merge);
            if (!collects) {
                return spec(
                        merged.sufficientWhen(word -> isSufficient(word, needed.getAsInt())), word -> word, handler);
            }
            return spec(
                    merged.collecting(Message::letter, LETTERS)
                            .sufficientWhen((word, parts) -> isSufficient("-".repeat(parts), needed.getAsInt())),
                    Options::wordOfParts,
                    handler);
        }

        private static String wordOfParts(Collected<String, Character> collected) {
            StringBuilder word = new StringBuilder();
            collected.forEach(word::append);
            return word.toString();
        }

        private <H> JoinSpec<Message, String, String, String> spec(
                JoinSpec.Builder<Message, String, String, H, ?> begun,
                Function<H, String> wordOf,
                JoinSpec.Handler<String, String> handler) {
            JoinSpec.Builder<Message, String, String, H, String> spec = begun.joinOnExpiry()
                    .<String>process((given, handOver) -> {
                        handler.handle(wordOf.apply(given), handOver);
                        return wordOf.apply(given);
                    })
                    .lease(Duration.ofMillis(lease))
                    .maxInFlight(maxInFlight);
            if (idsKept > 0) {
                spec.identifiedBy(Message::id, Duration.ofMillis(idsKept));
            } else if (ids) {
                spec.identifiedBy(Message::id);
            }
            if (rememberFor > 0) {
                spec.rememberFor(Duration.ofMillis(rememberFor));
            }
            if (expireAfter != NEVER) {
                spec.expireAfter(Duration.ofMillis(expireAfter));
            }
            if (expireAfterIdle != NEVER) {
                spec.expireAfterIdle(Duration.ofMillis(expireAfterIdle));
            }
            if (deadlines) {
                spec.expireAt(
                        word -> Message.deadline(word) == NEVER ? null : Instant.ofEpochMilli(Message.deadline(word)));
            }
            if (keepAfterJoin) {
                spec.keepAfterJoin();
            }
            if (atMostOnce) {
                spec.atMostOnce();
            }
            if (retries) {
                spec.retry(maxAttempts, Duration.ofMillis(backoff), Duration.ofMillis(maxBackoff));
            }
            if (parks) {
                spec.parkPoisoned();
            } else if (retries) {
                spec.onPoisoned((given, handOver) -> handler.handle(wordOf.apply(given), handOver));
            }
            return spec.build();
        }

        /** Some letters change nothing in a word that is long enough; a merge says so by returning what it was given. */
        String merge(Message message, @Nullable String pending) {
            if (pending == null) {
                return "" + message.letter;
            }
            return keepAfterJoin && message.letter % 4 == 0 && pending.length() > 1
                    ? pending
                    : pending + message.letter;
        }

        boolean isSufficient(String word, int needed) {
            return exactly ? word.length() == needed : word.length() >= needed;
        }
    }

    /** How far the hand-over of a word has come. */
    enum State {
        CLAIMED_ALONE,
        CLAIMED_TOGETHER,
        THREW,
        GIVEN_BACK,
        PARKED
    }

    /** A word, and in flight what is known of its hand-over. */
    static final class Join {
        String word;
        /** What was collected, if anything is. */
        String collected = "";

        Set<String> ids = new LinkedHashSet<>();
        int parts;
        long firstAt;
        long deadline;
        long idleUntil;
        boolean joinedBefore;

        Cause cause = Cause.COMPLETE;
        State state = State.GIVEN_BACK;
        boolean suspect;
        long claim;
        int attempts;
        long dueAt;

        Join(String word) {
            this.word = word;
        }

        Join copy() {
            Join copy = new Join(word);
            copy.collected = collected;
            copy.ids = new LinkedHashSet<>(ids);
            copy.parts = parts;
            copy.firstAt = firstAt;
            copy.deadline = deadline;
            copy.idleUntil = idleUntil;
            copy.joinedBefore = joinedBefore;
            return copy;
        }

        boolean isClaimed() {
            return state == State.CLAIMED_ALONE || state == State.CLAIMED_TOGETHER;
        }

        boolean hasFailed() {
            return state == State.THREW || state == State.GIVEN_BACK;
        }

        private void leave(State left, long due) {
            state = left;
            claim = 0;
            dueAt = due;
        }
    }

    /** The ids of a join that has ended. */
    record Kept(Set<String> ids, long until) {}

    private static final int MOST_PARKED = 64;

    private final Options options;
    int needed;

    @Nullable
    Join open;

    final List<Join> inFlight = new ArrayList<>();
    final List<Kept> kept = new ArrayList<>();
    long closedUntil;
    /** Whether anything is remembered: that lasts until the last of it is over. */
    boolean remembers;

    @Nullable
    Join lastEnded;

    /** When the event happens, and the first claim id that it may use. */
    long now;

    long claim;
    /** The joins that the event gave out: to be handed over, or dropped. */
    final List<Join> given = new ArrayList<>();
    /** Those that it parked. */
    final List<Join> parked = new ArrayList<>();

    JoinModel(Options options, int needed) {
        this.options = options;
        this.needed = needed;
    }

    void begin(long now, long claim) {
        this.now = now;
        this.claim = claim;
        given.clear();
        parked.clear();
    }

    /**
     * @param mayBegin whether a handler may begin
     * @param alone whether it is the only message of its write
     * @return the verdict; null: refused, as too much is in flight
     */
    @Nullable
    Verdict accept(Message message, boolean mayBegin, boolean alone) {
        if (message.id != null && holds(message.id)) {
            Join failed = newestWith(message.id);
            return failed != null && mayBegin && mayBeTakenUp(failed) ? handOver(failed, alone) : Verdict.DUPLICATE;
        }
        if (!options.ids && !options.retries && !options.keepAfterJoin && !options.collects) {
            Join failed = inFlight.stream()
                    .filter(Join::hasFailed)
                    .reduce((older, newer) -> newer)
                    .orElse(null);
            if (failed != null && failed.state == State.THREW && mayBeTakenUp(failed)) {
                failed.word = options.merge(message, failed.word);
                failed.parts++;
                if (mayBegin) {
                    return handOver(failed, alone);
                }
                failed.dueAt = now;
                return Verdict.DEFERRED;
            }
        }
        boolean flies = inFlight.stream().anyMatch(join -> join.state != State.PARKED);
        if (options.rememberFor > 0 && (now < closedUntil || flies)) {
            return Verdict.LATE;
        }
        if (open != null && open.joinedBefore && changesNothing(message, open)) {
            if (message.id != null) {
                open.ids.add(message.id);
                open.idleUntil = later(options.expireAfterIdle);
            }
            return Verdict.UNCHANGED;
        }
        Join joined = merge(message, open);
        if (!options.isSufficient(joined.word, needed)) {
            open = joined;
            return Verdict.MERGED;
        }
        if (isCrowded()) {
            return null;
        }
        joined.joinedBefore = options.keepAfterJoin;
        open = options.keepAfterJoin ? joined : null;
        return takeOff(joined.copy(), Cause.COMPLETE, mayBegin, alone);
    }

    @SuppressWarnings("ReferenceEquality") // that is how a merge says it
    private boolean changesNothing(Message message, Join pending) {
        return options.keepAfterJoin && options.merge(message, pending.word) == pending.word;
    }

    private Join merge(Message message, @Nullable Join pending) {
        Join joined = pending == null ? new Join("") : pending.copy();
        joined.word = options.merge(message, pending == null ? null : pending.word);
        joined.collected += options.collects ? "" + message.letter : "";
        joined.parts++;
        if (pending == null) {
            joined.firstAt = now;
            joined.deadline = later(options.expireAfter);
        }
        if (message.id != null) {
            joined.ids.add(message.id);
        }
        long inData = options.deadlines ? Message.deadline(joined.word) : NEVER;
        if (inData != NEVER) {
            joined.deadline =
                    Math.min(inData, options.expireAfter == NEVER ? NEVER : joined.firstAt + options.expireAfter);
        }
        joined.idleUntil = later(options.expireAfterIdle);
        joined.joinedBefore = false;
        return joined;
    }

    private @Nullable Join newestWith(String id) {
        return inFlight.stream()
                .filter(join -> join.ids.contains(id))
                .reduce((older, newer) -> newer)
                .orElse(null);
    }

    private static boolean mayBeTakenUp(Join join) {
        return join.hasFailed() && join.cause == Cause.COMPLETE && !join.suspect;
    }

    private boolean holds(String id) {
        return newestWith(id) != null
                || (open != null && open.ids.contains(id))
                || kept.stream().anyMatch(each -> now < each.until && each.ids.contains(id));
    }

    private boolean isCrowded() {
        long flying =
                inFlight.stream().filter(join -> join.state != State.PARKED).count();
        return !options.atMostOnce && flying >= options.maxInFlight;
    }

    private Verdict takeOff(Join join, Cause cause, boolean mayBegin, boolean alone) {
        join.cause = cause;
        inFlight.add(join);
        if (mayBegin) {
            return handOver(join, alone);
        }
        join.leave(State.GIVEN_BACK, now);
        return Verdict.DEFERRED;
    }

    private Verdict handOver(Join join, boolean alone) {
        join.suspect |= join.isClaimed();
        join.claim = claim + given.size();
        join.state = alone ? State.CLAIMED_ALONE : State.CLAIMED_TOGETHER;
        join.attempts += alone ? 1 : 0;
        join.dueAt = later(options.lease);
        given.add(join);
        if (options.atMostOnce) {
            end(join);
        }
        return Verdict.CLAIMED;
    }

    /** A join was handed over, and leaves. */
    private void end(Join join) {
        inFlight.remove(join);
        remember(join, true);
    }

    private void remember(Join join, boolean handedOver) {
        long idsKept = Math.max(options.rememberFor, options.idsKept);
        boolean keepsIds = idsKept > 0 && !join.ids.isEmpty();
        if (options.rememberFor == 0 && !keepsIds) {
            return;
        }
        forget();
        if (keepsIds) {
            Kept added = new Kept(join.ids, later(idsKept));
            if (!options.keepAfterJoin) {
                kept.add(added);
            } else if (kept.stream().noneMatch(each -> each.until >= added.until && each.ids.containsAll(join.ids))) {
                kept.removeIf(each -> each.until <= added.until && join.ids.containsAll(each.ids));
                kept.add(added);
            }
        }
        if (options.rememberFor > 0) {
            closedUntil = Math.max(closedUntil, later(options.rememberFor));
        }
        remembers = true;
        if (handedOver) {
            lastEnded = join.copy();
            lastEnded.cause = join.cause;
            lastEnded.dueAt = now;
        }
    }

    /** When the last of what is remembered is over. */
    long rememberedUntil() {
        return kept.stream().mapToLong(Kept::until).reduce(closedUntil, Math::max);
    }

    /** What is remembered too long is forgotten by the next write. */
    void forget() {
        if (remembers && rememberedUntil() <= now) {
            remembers = false;
            closedUntil = 0;
            lastEnded = null;
        }
        kept.removeIf(each -> each.until <= now);
    }

    @Nullable
    Verdict sweep(boolean alone) {
        boolean changes = remembers && rememberedUntil() <= now;
        boolean more = false;
        for (Join join : List.copyOf(inFlight)) {
            boolean isSuspect = join.suspect || join.isClaimed();
            if (join.dueAt > now) {
                continue;
            }
            if (alone ? !given.isEmpty() : isSuspect) {
                more = true;
            } else if (join.attempts >= options.maxAttempts
                    && (options.parks || join.attempts - options.maxAttempts >= options.maxAttempts)) {
                join.suspect = isSuspect;
                park(join);
                changes = true;
            } else {
                handOver(join, alone);
            }
        }
        Join over = open;
        if (over != null && Math.min(over.deadline, over.idleUntil) <= now) {
            if (options.keepAfterJoin && over.joinedBefore) {
                remember(over, false);
                open = null;
                changes = true;
            } else if (!alone || given.isEmpty()) {
                boolean waits = isCrowded() && (more || changes || !given.isEmpty());
                if (isCrowded() && !waits) {
                    return null;
                }
                if (!waits) {
                    open = null;
                    takeOff(over, Cause.EXPIRED, true, alone);
                }
            }
        }
        return !given.isEmpty() ? Verdict.CLAIMED : changes ? Verdict.DONE : Verdict.NOTHING;
    }

    private void park(Join join) {
        if (inFlight.stream().filter(each -> each.state == State.PARKED).count() < MOST_PARKED) {
            join.leave(State.PARKED, NEVER);
            parked.add(join);
        } else {
            join.leave(State.THREW, later(options.maxBackoff));
        }
    }

    /** @param tokens whether the join's last claim is older than the release */
    @Nullable
    Verdict release(Predicate<Join> tokens) {
        List<Join> idle = idle().stream().filter(tokens).toList();
        List<Join> suspects =
                idle.stream().filter(join -> join.suspect || join.isClaimed()).toList();
        List<Join> others =
                idle.stream().filter(join -> !suspects.contains(join)).toList();
        boolean alone = options.atMostOnce || others.size() + (open == null ? 0 : 1) == 1;
        for (Join join : others) {
            if (!(alone && !given.isEmpty()) && !(join.state == State.PARKED && isCrowded())) {
                releaseNow(join, alone);
            }
        }
        if (open != null && !isCrowded() && !(alone && !given.isEmpty())) {
            Join over = open;
            open = null;
            takeOff(over, Cause.FORCED, true, alone);
        }
        if (given.isEmpty() && !suspects.isEmpty()) {
            releaseNow(suspects.get(0), true);
        }
        if (given.isEmpty()) {
            return open != null || !others.isEmpty() ? null : Verdict.NOTHING;
        }
        return Verdict.CLAIMED;
    }

    private void releaseNow(Join join, boolean alone) {
        join.attempts = 0;
        handOver(join, alone);
    }

    Verdict drop() {
        List<Join> idle = idle();
        given.addAll(idle);
        inFlight.removeAll(idle);
        if (open != null) {
            given.add(open);
            open = null;
        }
        given.forEach(join -> remember(join, false));
        return given.isEmpty() ? Verdict.NOTHING : Verdict.DONE;
    }

    private List<Join> idle() {
        return inFlight.stream()
                .filter(join -> !join.isClaimed() || join.dueAt <= now)
                .toList();
    }

    @Nullable
    Verdict reexamine() {
        Join whole = open;
        if (whole == null || whole.joinedBefore || !options.isSufficient(whole.word, needed)) {
            return Verdict.NOTHING;
        }
        if (isCrowded()) {
            return null;
        }
        Join copy = whole.copy();
        copy.joinedBefore = options.keepAfterJoin;
        whole.joinedBefore = options.keepAfterJoin;
        open = options.keepAfterJoin ? whole : null;
        return takeOff(copy, Cause.COMPLETE, true, false);
    }

    Verdict returned(long claim) {
        Join join = claimed(claim);
        if (join == null) {
            return Verdict.LOST;
        }
        end(join);
        return Verdict.DONE;
    }

    Verdict threw(long claim, long retryAt) {
        Join join = claimed(claim);
        if (join == null) {
            return Verdict.LOST;
        }
        join.attempts = Math.min(options.maxAttempts, join.attempts + (join.state == State.CLAIMED_ALONE ? 0 : 1));
        if (options.parks && join.attempts == options.maxAttempts) {
            park(join);
        } else {
            join.leave(State.THREW, retryAt);
        }
        return Verdict.DONE;
    }

    Verdict interrupted(long claim, long retryAt) {
        Join join = claimed(claim);
        if (join == null) {
            return Verdict.LOST;
        }
        uncount(join);
        join.leave(State.THREW, retryAt);
        return Verdict.DONE;
    }

    Verdict givenBack(long claim) {
        Join join = claimed(claim);
        if (join == null) {
            return Verdict.LOST;
        }
        uncount(join);
        join.leave(State.GIVEN_BACK, now);
        return Verdict.DONE;
    }

    private static void uncount(Join join) {
        join.attempts -= join.state == State.CLAIMED_ALONE ? 1 : 0;
    }

    Verdict renewed(long claim) {
        Join join = claimed(claim);
        if (join == null) {
            return Verdict.LOST;
        }
        join.dueAt = later(options.lease);
        return Verdict.DONE;
    }

    /** A bounded store makes room. */
    void evicted() {
        if (open != null && !open.joinedBefore) {
            open.cause = Cause.EVICTED;
            open.leave(State.GIVEN_BACK, 0);
            inFlight.add(open);
        }
        open = null;
    }

    private @Nullable Join claimed(long claim) {
        return inFlight.stream().filter(join -> join.claim == claim).findFirst().orElse(null);
    }

    private long later(long millis) {
        return millis > NEVER - now ? NEVER : now + millis;
    }
}

package dev.joiner.spi;

import dev.joiner.Cause;
import dev.joiner.JoinSpec;
import dev.joiner.spi.Step.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
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
            int needed,
            boolean exactly,
            boolean ids,
            long idsKept,
            long rememberFor,
            long expireAfter,
            long expireAfterIdle,
            boolean deadlines,
            boolean keepAfterJoin,
            boolean atMostOnce,
            int maxAttempts,
            long backoff,
            long maxBackoff,
            long lease,
            int maxInFlight) {

        static Options draw(RandomGenerator random) {
            boolean ids = random.nextBoolean();
            long expireAfter = random.nextInt(3) == 0 ? random.nextInt(1, 60) : NEVER;
            long expireAfterIdle = random.nextInt(3) == 0 ? random.nextInt(1, 40) : NEVER;
            boolean deadlines = random.nextInt(3) == 0;
            boolean expires = expireAfter != NEVER || expireAfterIdle != NEVER || deadlines;
            boolean keepAfterJoin = expires && random.nextInt(3) == 0;
            boolean atMostOnce = random.nextInt(5) == 0;
            long backoff = random.nextInt(1, 20);
            return new Options(
                    random.nextInt(1, 5),
                    random.nextInt(3) == 0,
                    ids,
                    ids && random.nextBoolean() ? random.nextInt(1, 60) : 0,
                    !keepAfterJoin && random.nextInt(3) == 0 ? random.nextInt(1, 60) : 0,
                    expireAfter,
                    expireAfterIdle,
                    deadlines,
                    keepAfterJoin,
                    atMostOnce,
                    atMostOnce || random.nextBoolean() ? Integer.MAX_VALUE : random.nextInt(1, 4),
                    backoff,
                    backoff + random.nextInt(40),
                    random.nextInt(1, 30),
                    random.nextInt(1, 5));
        }

        JoinSpec<Message, String, String> spec() {
            JoinSpec.Builder<Message, String, String> spec = JoinSpec.<Message>keyedBy(message -> "k")
                    .<String>mergedBy((message, pending) -> merge(message, pending))
                    .sufficientWhen(this::isSufficient)
                    .joinOnExpiry()
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
            } else {
                spec.retry(maxAttempts, Duration.ofMillis(backoff), Duration.ofMillis(maxBackoff))
                        .onPoisoned((word, handOver) -> {});
            }
            return spec.build();
        }

        String merge(Message message, @Nullable String pending) {
            return pending == null ? "" + message.letter : pending + message.letter;
        }

        boolean isSufficient(String word) {
            return exactly ? word.length() == needed : word.length() >= needed;
        }
    }

    /** A word, and in flight what is known of its hand-over. */
    static final class Join {
        String word;
        Set<String> ids = new LinkedHashSet<>();
        long firstAt;
        long deadline;
        long idleUntil;
        boolean joinedBefore;

        Cause cause = Cause.COMPLETE;
        long claim;
        int attempt;
        long dueAt;

        Join(String word) {
            this.word = word;
        }

        Join copy() {
            Join copy = new Join(word);
            copy.ids = new LinkedHashSet<>(ids);
            copy.firstAt = firstAt;
            copy.deadline = deadline;
            copy.idleUntil = idleUntil;
            copy.joinedBefore = joinedBefore;
            return copy;
        }
    }

    private final Options options;

    @Nullable
    Join open;

    final List<Join> inFlight = new ArrayList<>();
    Set<String> rememberedIds = new LinkedHashSet<>();
    long rememberedUntil;
    private long closedUntil;

    /** When the event happens, and the first claim id that it may use. */
    long now;

    long claim;
    /** The joins that the event gave out: to be handed over, or dropped. */
    final List<Join> given = new ArrayList<>();

    JoinModel(Options options) {
        this.options = options;
    }

    void begin(long now, long claim) {
        this.now = now;
        this.claim = claim;
        given.clear();
    }

    /** The verdict; null: refused, as too much is in flight. */
    @Nullable
    Verdict accept(Message message) {
        Join failed = newestFailed(message.id);
        if (failed != null) {
            failed.word = options.ids ? failed.word : options.merge(message, failed.word);
            return handOver(failed);
        }
        if (knows(message.id)) {
            return Verdict.DUPLICATE;
        }
        if (options.rememberFor > 0 && (now < closedUntil || !inFlight.isEmpty())) {
            return Verdict.LATE;
        }
        Join joined = merge(message, open);
        if (!options.isSufficient(joined.word)) {
            open = joined;
            return Verdict.MERGED;
        }
        if (isCrowded()) {
            return null;
        }
        joined.joinedBefore = options.keepAfterJoin;
        open = options.keepAfterJoin ? joined : null;
        return takeOff(joined.copy(), Cause.COMPLETE);
    }

    private Join merge(Message message, @Nullable Join pending) {
        Join joined = pending == null ? new Join("") : pending.copy();
        joined.word = options.merge(message, pending == null ? null : pending.word);
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

    private @Nullable Join newestFailed(@Nullable String id) {
        Join newest = null;
        for (Join join : inFlight) {
            boolean wants = id == null ? !options.keepAfterJoin : join.ids.contains(id);
            newest = wants && join.claim == 0 && join.cause == Cause.COMPLETE ? join : newest;
        }
        return newest;
    }

    private boolean knows(@Nullable String id) {
        return id != null
                && ((open != null && open.ids.contains(id))
                        || inFlight.stream().anyMatch(join -> join.ids.contains(id))
                        || (now < rememberedUntil && rememberedIds.contains(id)));
    }

    private boolean isCrowded() {
        return !options.atMostOnce && inFlight.size() >= options.maxInFlight;
    }

    private Verdict takeOff(Join join, Cause cause) {
        join.cause = cause;
        inFlight.add(join);
        return handOver(join);
    }

    private Verdict handOver(Join join) {
        join.claim = claim + given.size();
        join.attempt++;
        join.dueAt = later(options.lease);
        given.add(join);
        if (options.atMostOnce) {
            land(join);
        }
        return Verdict.CLAIMED;
    }

    private void land(Join join) {
        inFlight.remove(join);
        if (options.rememberFor > 0 || options.idsKept > 0) {
            forget();
            rememberedIds.addAll(join.ids);
            rememberedUntil = Math.max(rememberedUntil, later(Math.max(options.rememberFor, options.idsKept)));
            closedUntil = Math.max(closedUntil, later(options.rememberFor));
        }
    }

    /** What is remembered too long is forgotten by the next write. */
    void forget() {
        if (rememberedUntil <= now) {
            rememberedIds.clear();
            rememberedUntil = 0;
            closedUntil = 0;
        }
    }

    @Nullable
    Verdict sweep() {
        boolean forgets = rememberedUntil > 0 && rememberedUntil <= now;
        for (Join join : List.copyOf(inFlight)) {
            if (join.dueAt <= now) {
                handOver(join);
            }
        }
        Join over = open;
        if (over == null || Math.min(over.deadline, over.idleUntil) > now) {
            return !given.isEmpty() ? Verdict.CLAIMED : forgets ? Verdict.DONE : Verdict.NOTHING;
        }
        if (over.joinedBefore) {
            open = null;
            return given.isEmpty() ? Verdict.DONE : Verdict.CLAIMED;
        }
        if (isCrowded()) {
            return !given.isEmpty() ? Verdict.CLAIMED : forgets ? Verdict.DONE : null;
        }
        open = null;
        return takeOff(over, Cause.EXPIRED);
    }

    @Nullable
    Verdict release() {
        if (open != null && isCrowded()) {
            return null;
        }
        idle().forEach(this::handOver);
        if (open != null) {
            takeOff(open, Cause.FORCED);
            open = null;
        }
        return given.isEmpty() ? Verdict.NOTHING : Verdict.CLAIMED;
    }

    Verdict drop() {
        given.addAll(idle());
        if (open != null) {
            given.add(open);
            open = null;
        }
        given.forEach(this::land);
        return given.isEmpty() ? Verdict.NOTHING : Verdict.DONE;
    }

    private List<Join> idle() {
        return inFlight.stream()
                .filter(join -> join.claim == 0 || join.dueAt <= now)
                .toList();
    }

    Verdict returned(long claim) {
        Join join = claimed(claim);
        if (join == null) {
            return Verdict.LOST;
        }
        land(join);
        return Verdict.DONE;
    }

    Verdict threw(long claim, long retryAt) {
        Join join = claimed(claim);
        if (join == null) {
            return Verdict.LOST;
        }
        join.claim = 0;
        join.dueAt = retryAt;
        return Verdict.DONE;
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

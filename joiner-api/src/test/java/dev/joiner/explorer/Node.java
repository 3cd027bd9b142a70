package dev.joiner.explorer;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A node, and the operation that it is in the middle of.
 *
 * @param operation null if the node has nothing to do
 * @param delivery which of the setting's deliveries the operation is, -1 if none
 * @param numbers where the operation's random numbers begin
 * @param log how the operation's effects went so far
 * @param times the times that it has been since the last effect that other nodes may notice; what the node does between
 *     two such effects, it may have done at any of them
 * @param awaited the effect that comes next; follows from the log
 * @param claims the hand-overs that the operation has taken upon itself
 * @param merged the letters that the operation itself has merged
 * @param dropped the words that the operation has taken out, each followed by a comma
 * @param known the letters that the store knew at some moment of the operation
 * @param closed whether the key was closed to messages at some moment of the operation
 * @param wrote whether the operation has written anything
 * @param failures how often the store has failed the operation
 * @param stopped whether its thread was interrupted, or its joiner closes
 */
record Node(
        @Nullable Operation operation,
        int delivery,
        long numbers,
        List<Answer> log,
        List<Long> times,
        @Nullable Effect awaited,
        List<Claim> claims,
        int merged,
        String dropped,
        int known,
        boolean closed,
        boolean wrote,
        int failures,
        boolean stopped) {

    static final Node IDLE =
            new Node(null, -1, 0, List.of(), List.of(), null, List.of(), 0, "", 0, false, false, 0, false);

    /** How far a claim has come. */
    enum Progress {
        WAITING,
        /** Another has the join, and the node has seen so before it began. */
        LOST,
        /** The node has given it back before it began. */
        GIVEN_BACK,
        BEGUN,
        /** The join's own handler returned. */
        HANDED,
        /** The join's own handler threw. */
        THREW,
        /** The join's own handler was interrupted. */
        INTERRUPTED,
        POISON_BEGUN,
        /** {@code onPoisoned} threw. */
        POISON_THREW,
        /** {@code onPoisoned} returned. */
        POISONED
    }

    /**
     * A hand-over that an operation has taken upon itself by a write.
     *
     * @param id the claim's
     * @param isAlone whether the write has counted its attempt
     * @param attempt which attempt it is
     * @param isPoison whether no attempt was left
     * @param number how many claims of the join were made, with this one
     * @param fate which of the ledger's fates is the join's
     * @param word the join's value when it was claimed
     */
    record Claim(
            long id,
            long token,
            boolean isAlone,
            int attempt,
            boolean isPoison,
            int number,
            int fate,
            String word,
            Progress progress) {
        static final long UNKNOWN = -1;

        Claim to(Progress progress) {
            return new Claim(id, token, isAlone, attempt, isPoison, number, fate, word, progress);
        }

        boolean isTaken() {
            return progress == Progress.HANDED || progress == Progress.POISONED;
        }

        boolean hasThrown() {
            return progress == Progress.THREW || progress == Progress.POISON_THREW;
        }

        boolean hasBegun() {
            return progress != Progress.WAITING && progress != Progress.LOST && progress != Progress.GIVEN_BACK;
        }

        /** Whether the store has yet to be told the end of it. */
        boolean isUnderWay() {
            return progress != Progress.LOST && progress != Progress.GIVEN_BACK;
        }
    }

    static Node starting(Operation operation, int delivery, long numbers) {
        return new Node(
                operation,
                delivery,
                numbers,
                List.of(),
                List.of(),
                null,
                List.of(),
                0,
                "",
                0,
                false,
                false,
                0,
                operation.isInterrupted());
    }

    boolean isIdle() {
        return operation == null;
    }

    Operation work() {
        return Objects.requireNonNull(operation);
    }

    /** What the operation's clock said when it last looked; the beginning of time if it never did. */
    long lastTime() {
        for (int i = log.size() - 1; i >= 0; i--) {
            if (log.get(i) instanceof Answer.Time time) {
                return time.millis();
            }
        }
        return Long.MIN_VALUE;
    }

    @Nullable
    Claim claim(long id) {
        for (Claim claim : claims) {
            if (claim.id == id) {
                return claim;
            }
        }
        return null;
    }

    Node at(List<Answer> log, @Nullable Effect awaited) {
        return new Node(
                operation, delivery, numbers, log, times, awaited, claims, merged, dropped, known, closed, wrote,
                failures, stopped);
    }

    Node times(List<Long> times) {
        return new Node(
                operation, delivery, numbers, log, times, awaited, claims, merged, dropped, known, closed, wrote,
                failures, stopped);
    }

    Node claims(List<Claim> claims) {
        return new Node(
                operation, delivery, numbers, log, times, awaited, claims, merged, dropped, known, closed, wrote,
                failures, stopped);
    }

    Node replacing(Claim before, Claim after) {
        List<Claim> replaced = new ArrayList<>(claims);
        replaced.set(claims.indexOf(before), after);
        return claims(List.copyOf(replaced));
    }

    Node wrote(int letters, String taken) {
        return new Node(
                operation,
                delivery,
                numbers,
                log,
                times,
                awaited,
                claims,
                merged | letters,
                dropped + taken,
                known,
                closed,
                true,
                failures,
                stopped);
    }

    Node seeing(int letters, boolean isClosed) {
        return new Node(
                operation,
                delivery,
                numbers,
                log,
                times,
                awaited,
                claims,
                merged,
                dropped,
                known | letters,
                closed || isClosed,
                wrote,
                failures,
                stopped);
    }

    boolean failed() {
        return failures > 0;
    }

    /** Whether a handler has read parts that were not there any more, since another node had handed their join over. */
    boolean foundPartsGone() {
        return log.stream()
                .anyMatch(answer -> answer instanceof Answer.Parts read
                        && (read.parts().isEmpty() || read.parts().stream().anyMatch(part -> part.bytes() == null)));
    }

    Node failing() {
        return new Node(
                operation,
                delivery,
                numbers,
                log,
                times,
                awaited,
                claims,
                merged,
                dropped,
                known,
                closed,
                wrote,
                failures + 1,
                stopped);
    }

    Node stops() {
        return new Node(
                operation, delivery, numbers, log, times, awaited, claims, merged, dropped, known, closed, wrote,
                failures, true);
    }
}

package dev.joiner;

/** Why a join is handed over. */
public enum Cause {
    /** Its parts are sufficient. Goes to {@code process}. */
    COMPLETE,
    /** Its time ran out before that. Goes to {@code onExpired}, or to {@code process} with {@code joinOnExpiry()}. */
    EXPIRED,
    /** A bounded store made room. Goes where an expired join goes. */
    EVICTED,
    /** An operator called {@link KeyedJoiner#release}. Goes to {@code process}. */
    FORCED
}

package dev.joiner;

/** Why a join is handed over. */
public enum Cause {
    /** Its parts are sufficient. Goes to {@code process}. */
    COMPLETE,
    /** Its time ran out first. Goes to {@code onExpired}, or to {@code process} with {@code joinOnExpiry()}. */
    EXPIRED,
    /** A bounded store made room. Goes where an expired join goes. */
    EVICTED,
    /** Somebody called {@link Joiner#release}. Goes to {@code process}. */
    FORCED
}

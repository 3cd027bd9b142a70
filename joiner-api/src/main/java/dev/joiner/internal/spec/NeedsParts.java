package dev.joiner.internal.spec;

/** Of a {@link dev.joiner.JoinSpec.Sufficiency} that knows how many parts a join needs whatever its value is. */
public interface NeedsParts {
    /** Returns how many, 0 if that depends on the value. */
    int atLeast();
}

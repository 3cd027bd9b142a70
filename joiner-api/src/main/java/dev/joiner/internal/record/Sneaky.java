package dev.joiner.internal.record;

/** What code of the user's threw that was called through a method handle, which declares everything. */
public final class Sneaky {
    private Sneaky() {}

    /** Throws it as it is. */
    public static RuntimeException thrown(Throwable thrown) {
        throw Sneaky.<RuntimeException>unchecked(thrown);
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // erased: nothing is cast
    private static <E extends Throwable> E unchecked(Throwable thrown) throws E {
        throw (E) thrown;
    }
}

package dev.joiner.explorer;

/** Something happened that must not happen. */
final class BrokenPromise extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BrokenPromise(String what) {
        super(what, null, false, false);
    }

    /**
     * Throws unless a promise is kept.
     *
     * @param what happened instead; each {@code {}} stands for one of the details
     */
    static void unless(boolean kept, String what, Object... details) {
        if (kept) {
            return;
        }
        String[] texts = what.split("\\{}", -1);
        StringBuilder message = new StringBuilder(texts[0]);
        for (int i = 1; i < texts.length; i++) {
            message.append(details[i - 1]).append(texts[i]);
        }
        throw new BrokenPromise(message.toString());
    }
}

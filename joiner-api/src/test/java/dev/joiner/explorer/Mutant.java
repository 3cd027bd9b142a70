package dev.joiner.explorer;

/**
 * A mistake planted in the library's own source, or in the store that the explorer gives it.
 *
 * @param mistake what goes wrong
 * @param file below {@code dev/joiner}
 * @param code that is replaced; occurs once
 * @param replacement what stands there instead
 * @param setting the name of the setting in which it shows
 */
record Mutant(String mistake, String file, String code, String replacement, String setting) {
    @Override
    public String toString() {
        return mistake;
    }
}

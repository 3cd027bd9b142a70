package dev.joiner.cli;

/** What one line of the input comes to. */
sealed interface Input permits Line, Rejection {

    /** Where it stands. */
    Position at();

    /** A line of a file, or of the standard input; of an array an element, of a table a row. */
    record Position(String file, long line) {
        @Override
        public String toString() {
            return file + ":" + line;
        }
    }
}

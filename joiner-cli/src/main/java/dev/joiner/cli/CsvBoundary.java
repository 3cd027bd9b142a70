package dev.joiner.cli;

/** The ends of the rows of a table: of lines, but for those inside of quotes. Quotes count at the beginning of a cell only. */
final class CsvBoundary implements Boundary {
    private final byte delimiter;
    private boolean isCellBegin = true;
    private boolean isQuoted;
    private long number;

    CsvBoundary(char delimiter) {
        this.delimiter = (byte) delimiter;
    }

    @Override
    public int find(byte[] buffer, int from, int to) {
        for (int i = from; i < to; i++) {
            byte b = buffer[i];
            if (isQuoted) {
                // Two quotes, which stand for one, end the cell and begin it again.
                isQuoted = b != '"';
                isCellBegin = b == '"';
            } else if (b == '\n') {
                isCellBegin = true;
                number++;
                return i;
            } else {
                isQuoted = b == '"' && isCellBegin;
                isCellBegin = b == delimiter;
            }
        }
        return -1;
    }

    @Override
    public void endOfInput() {
        number++;
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public String cutOff() {
        return isQuoted ? "a quoted cell" : "";
    }
}

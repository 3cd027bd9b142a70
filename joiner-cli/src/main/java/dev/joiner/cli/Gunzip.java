package dev.joiner.cli;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** Reads what is compressed by gzip as if it were not. */
final class Gunzip extends GZIPInputStream {
    private final Compressed compressed;

    private Gunzip(Compressed compressed) throws IOException {
        super(compressed, 1 << 16);
        this.compressed = compressed;
    }

    /** The stream as it is, or what it is compressed from. Waits for its first two bytes. */
    static InputStream ifNeeded(InputStream in) throws IOException {
        PushbackInputStream peeked = new PushbackInputStream(in, 2);
        int first = peeked.read();
        int second = first == 0x1F ? peeked.read() : -1;
        if (second >= 0) {
            peeked.unread(second);
        }
        if (first >= 0) {
            peeked.unread(first);
        }
        return first == 0x1F && second == 0x8B ? new Gunzip(new Compressed(peeked)) : peeked;
    }

    /** The JDK says 1 whether there is something or not, and a pipe's lines would wait for others. */
    @Override
    public int available() throws IOException {
        return !inf.finished() && (inf.getRemaining() > 0 || compressed.isReady()) ? super.available() : 0;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        try {
            return super.read(buffer, offset, length);
        } catch (EOFException e) {
            throw new EOFException("is cut off, as its gzip has no end");
        } catch (ZipException e) {
            throw new IOException("cannot be decompressed: " + e.getMessage(), e);
        }
    }

    /**
     * A file may be several compressed ones, one after the other. The JDK goes on to the next only if something is
     * available at that moment, which in a pipe is not sure.
     */
    private static final class Compressed extends FilterInputStream {
        Compressed(InputStream in) {
            super(in);
        }

        boolean isReady() throws IOException {
            return super.available() > 0;
        }

        @Override
        public int available() {
            return 1;
        }
    }
}

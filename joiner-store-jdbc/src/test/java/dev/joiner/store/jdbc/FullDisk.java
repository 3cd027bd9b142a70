package dev.joiner.store.jdbc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import org.h2.store.fs.FileBaseDefault;
import org.h2.store.fs.FilePathWrapper;

/** A file system of H2's, {@code fulldisk:}, that has no room while it is told so. */
public final class FullDisk extends FilePathWrapper {
    static final AtomicBoolean IS_FULL = new AtomicBoolean();

    @Override
    public String getScheme() {
        return "fulldisk";
    }

    @Override
    public FileChannel open(String mode) throws IOException {
        return new File(super.open(mode));
    }

    private static final class File extends FileBaseDefault {
        private final FileChannel file;

        File(FileChannel file) {
            this.file = file;
        }

        @Override
        public synchronized int write(ByteBuffer bytes, long position) throws IOException {
            if (IS_FULL.get()) {
                throw new IOException("No space left on device");
            }
            return file.write(bytes, position);
        }

        @Override
        public synchronized int read(ByteBuffer bytes, long position) throws IOException {
            return file.read(bytes, position);
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        protected void implTruncate(long size) throws IOException {
            file.truncate(size);
        }

        @Override
        public void force(boolean metaData) throws IOException {
            file.force(metaData);
        }

        @Override
        public java.nio.channels.FileLock tryLock(long position, long size, boolean shared) throws IOException {
            return file.tryLock(position, size, shared);
        }

        @Override
        protected void implCloseChannel() throws IOException {
            file.close();
        }
    }
}

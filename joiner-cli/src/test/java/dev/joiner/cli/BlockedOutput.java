package dev.joiner.cli;

import java.io.ByteArrayOutputStream;
import java.util.concurrent.CountDownLatch;

/** An output that takes nothing until it is told to go on. */
final class BlockedOutput extends ByteArrayOutputStream {
    private final CountDownLatch blocked = new CountDownLatch(1);
    private final CountDownLatch goesOn = new CountDownLatch(1);

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
        blocked.countDown();
        try {
            goesOn.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        super.write(bytes, offset, length);
    }

    /** Waits until something is to be written. */
    void awaitBlocked() throws InterruptedException {
        blocked.await();
    }

    void goOn() {
        goesOn.countDown();
    }
}

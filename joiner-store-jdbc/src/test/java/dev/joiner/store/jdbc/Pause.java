package dev.joiner.store.jdbc;

import java.util.concurrent.CountDownLatch;

/** A place at which a handler waits until the test lets it go on. */
final class Pause {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch over = new CountDownLatch(1);

    /** For the handler. */
    void take() throws InterruptedException {
        reached.countDown();
        over.await();
    }

    void awaitHandler() throws InterruptedException {
        reached.await();
    }

    void end() {
        over.countDown();
    }
}

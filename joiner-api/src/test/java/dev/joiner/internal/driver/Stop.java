package dev.joiner.internal.driver;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.util.concurrent.CountDownLatch;

/** A place where a thread stops until a test lets it go on. An interrupt does not move it. */
final class Stop {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);

    void here() {
        reached.countDown();
        boolean isInterrupted = false;
        while (true) {
            try {
                if (!go.await(30, SECONDS)) {
                    throw new AssertionError("nobody let it go on");
                }
                break;
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    void awaitReached() throws InterruptedException {
        if (!reached.await(30, SECONDS)) {
            throw new AssertionError("nobody came");
        }
    }

    void letGo() {
        go.countDown();
    }
}

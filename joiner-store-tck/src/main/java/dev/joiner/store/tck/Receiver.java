package dev.joiner.store.tck;

import dev.joiner.HandOver;
import dev.joiner.JoinSpec;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A handler that notes what it receives, and then does what the test wants of it. */
final class Receiver implements JoinSpec.Processor<String, String, String>, JoinSpec.Handler<String, String> {

    /** What a handler does. */
    @FunctionalInterface
    interface Action {
        void run(String value, HandOver<?> handOver) throws Exception;
    }

    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private final List<Long> tokens = new CopyOnWriteArrayList<>();
    private volatile Action action;

    Receiver() {
        recovers();
    }

    @Override
    public String process(String value, HandOver<String> handOver) throws Exception {
        receive(value, handOver);
        return value;
    }

    @Override
    public void handle(String value, HandOver<String> handOver) throws Exception {
        receive(value, handOver);
    }

    /** Notes the call, and does what the test wants; of a join with keys of any type. */
    void receive(String value, HandOver<?> handOver) throws Exception {
        calls.add(Call.of(value, handOver));
        tokens.add(handOver.token());
        action.run(value, handOver);
    }

    /** From now on. */
    void does(Action action) {
        this.action = action;
    }

    /** At the next call; the call finds the handler recovered, so that calls within it do not repeat it. */
    void doesOnce(Action action) {
        does((value, handOver) -> {
            recovers();
            action.run(value, handOver);
        });
    }

    /** From now on. */
    void fails() {
        does(Receiver::fail);
    }

    void failsOnce() {
        doesOnce(Receiver::fail);
    }

    /** From now on, for joins with this value. */
    void failsFor(String broken) {
        does((value, handOver) -> {
            if (value.equals(broken)) {
                fail(value, handOver);
            }
        });
    }

    static void fail(String value, HandOver<?> handOver) throws Broken {
        throw new Broken(value, handOver.attempt());
    }

    void recovers() {
        does((value, handOver) -> {});
    }

    List<Call> calls() {
        return List.copyOf(calls);
    }

    List<String> values() {
        return calls.stream().map(Call::value).toList();
    }

    List<Long> tokens() {
        return List.copyOf(tokens);
    }
}

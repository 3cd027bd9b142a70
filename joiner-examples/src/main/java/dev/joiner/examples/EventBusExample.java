package dev.joiner.examples;

import com.google.common.eventbus.EventBus;
import com.google.common.eventbus.Subscribe;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.store.memory.MapJoinStore;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/** Any transport will do: here Guava's event bus brings the halves, and takes the whole. */
public final class EventBusExample {

    record Half(String id, @Nullable String left, @Nullable String right) {
        static Half merge(Half half, @Nullable Half pending) {
            return pending == null
                    ? half
                    : new Half(
                            half.id,
                            half.left != null ? half.left : pending.left,
                            half.right != null ? half.right : pending.right);
        }

        boolean isWhole() {
            return left != null && right != null;
        }
    }

    record Whole(String id, String text) {}

    /** Subscribes to halves, and posts wholes. */
    static final class HalfSubscriber implements AutoCloseable {
        private final Joiner<Half, Whole> joiner;

        HalfSubscriber(EventBus bus) {
            var spec = JoinSpec.joining(Half.class)
                    .keyedBy(Half::id)
                    .mergedBy(Half::merge)
                    .sufficientWhen(Half::isWhole)
                    .process(half -> {
                        Whole whole = new Whole(half.id(), half.left() + half.right());
                        bus.post(whole);
                        return whole;
                    })
                    .build();
            joiner = Joiner.create(spec, MapJoinStore.create());
        }

        @Subscribe
        void accept(Half half) {
            joiner.accept(half);
        }

        @Override
        public void close() {
            joiner.close();
        }
    }

    static final class WholePrinter {
        private final PrintStream out;

        WholePrinter(PrintStream out) {
            this.out = out;
        }

        @Subscribe
        void print(Whole whole) {
            out.println(whole.id() + ": " + whole.text());
        }
    }

    private EventBusExample() {}

    /** Posts two halves. */
    public static void main(String[] args) {
        run(System.out);
    }

    static void run(PrintStream out) {
        EventBus bus = new EventBus();
        bus.register(new WholePrinter(out));
        try (HalfSubscriber subscriber = new HalfSubscriber(bus)) {
            bus.register(subscriber);
            bus.post(new Half("moon", "waxing, ", null));
            bus.post(new Half("moon", null, "waning"));
        }
    }
}

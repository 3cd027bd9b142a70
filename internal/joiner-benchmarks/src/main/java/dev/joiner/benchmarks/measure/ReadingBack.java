package dev.joiner.benchmarks.measure;

import dev.joiner.Codec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.KeyCodec;
import dev.joiner.benchmarks.subject.JoinerSubject;
import dev.joiner.benchmarks.work.Message;
import dev.joiner.benchmarks.work.Whole;
import dev.joiner.spi.EntryCodec;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Join;
import java.util.ArrayList;
import java.util.List;

/** What it costs a store that holds bytes to decode each value again that it writes, and to compare it. */
public final class ReadingBack {
    private static final int WRITES = 2_000;
    private static final int WARM_UP = 20;

    private final int rounds;

    public ReadingBack(int rounds) {
        this.rounds = rounds;
    }

    /** With the check, and without it. */
    public record Costs(Cost checked, Cost unchecked) {}

    /** What it costs to encode a state whose value has two parts of so many bytes. */
    public Costs ofParts(int bytes) {
        byte[] part = new byte[bytes];
        Whole value = Whole.merge(new Message("", 1, 2, part), Whole.merge(new Message("", 0, 2, part), null));
        JoinState<Whole> state = new JoinState<>(
                new Join<>(value, 2, 0, JoinState.NEVER, JoinState.NEVER, Ids.NONE, false), List.of(), null, 0);
        EntryCodec<String, Whole> checking = codec(JoinerSubject.codec());
        EntryCodec<String, Whole> trusting = codec(new Trusted<>(JoinerSubject.codec()));
        List<Cost> checked = new ArrayList<>();
        List<Cost> unchecked = new ArrayList<>();
        for (int round = -WARM_UP; round < rounds; round++) {
            Cost with = ofWrites(checking, state);
            Cost without = ofWrites(trusting, state);
            if (round >= 0) {
                checked.add(with);
                unchecked.add(without);
            }
        }
        return new Costs(Cost.median(checked), Cost.median(unchecked));
    }

    private static Cost ofWrites(EntryCodec<String, Whole> codec, JoinState<Whole> state) {
        return Cost.of(WRITES, () -> {
            long written = 0;
            for (int i = 0; i < WRITES; i++) {
                written += codec.bytes("key", state).length;
            }
            if (written == 0) {
                throw new IllegalStateException("nothing was encoded");
            }
        });
    }

    private static EntryCodec<String, Whole> codec(Codec<Whole> values) {
        return new EntryCodec<>(JoinStoreConfig.of("namespace", KeyCodec.string(), values));
    }

    /** A codec that says of itself that it loses nothing. */
    private record Trusted<T>(Codec<T> codec) implements Codec<T> {
        @Override
        public byte[] encode(T value) {
            return codec.encode(value);
        }

        @Override
        public T decode(byte[] bytes) {
            return codec.decode(bytes);
        }

        @Override
        public boolean isLossless() {
            return true;
        }
    }
}

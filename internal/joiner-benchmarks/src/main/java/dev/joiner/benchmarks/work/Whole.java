package dev.joiner.benchmarks.work;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What the parts of a thing are merged into. Immutable. */
public final class Whole {
    private static final int MISSING = -1;

    private final byte[][] values;
    private final int missing;

    private Whole(byte[][] values, int missing) {
        this.values = values;
        this.missing = missing;
    }

    /** The merge of all subjects. */
    public static Whole merge(Message message, @Nullable Whole pending) {
        return pending == null
                ? new Whole(new byte[message.parts()][], message.parts()).with(message.part(), message.value())
                : new Whole(pending.values.clone(), pending.missing).with(message.part(), message.value());
    }

    /** Nothing of a thing yet; for subjects that see all parts at once, and fill it by {@link #with}. */
    public static Whole empty(int parts) {
        return new Whole(new byte[parts][], parts);
    }

    /** The same with one part more. Reuses the array: for a value that nobody else has. */
    public Whole with(int part, byte[] value) {
        int left = values[part] == null ? missing - 1 : missing;
        values[part] = value;
        return new Whole(values, left);
    }

    public boolean isWhole() {
        return missing == 0;
    }

    /** The value of a part, or null if it is missing. */
    public byte @Nullable [] value(int part) {
        return values[part];
    }

    public byte[] encoded() {
        int length = Integer.BYTES * (1 + values.length);
        for (byte[] value : values) {
            length += value == null ? 0 : value.length;
        }
        ByteBuffer out = ByteBuffer.allocate(length).putInt(values.length);
        for (byte[] value : values) {
            if (value == null) {
                out.putInt(MISSING);
            } else {
                out.putInt(value.length).put(value);
            }
        }
        return out.array();
    }

    public static Whole decoded(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        byte[][] values = new byte[in.getInt()][];
        int missing = 0;
        for (int i = 0; i < values.length; i++) {
            int length = in.getInt();
            if (length == MISSING) {
                missing++;
            } else {
                values[i] = new byte[length];
                in.get(values[i]);
            }
        }
        return new Whole(values, missing);
    }
}

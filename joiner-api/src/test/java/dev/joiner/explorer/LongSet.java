package dev.joiner.explorer;

/** A set of numbers other than 0, 8 to 16 bytes each. */
final class LongSet {
    private long[] slots = new long[1 << 12];
    private int size;

    /** Whether the number was not in the set. */
    boolean add(long number) {
        if (!put(slots, number)) {
            return false;
        }
        if (++size * 2L > slots.length) {
            long[] wider = new long[slots.length * 2];
            for (long each : slots) {
                if (each != 0) {
                    put(wider, each);
                }
            }
            slots = wider;
        }
        return true;
    }

    private static boolean put(long[] slots, long number) {
        int mask = slots.length - 1;
        int at = (int) number & mask;
        while (slots[at] != 0) {
            if (slots[at] == number) {
                return false;
            }
            at = at + 1 & mask;
        }
        slots[at] = number;
        return true;
    }
}

package dev.joiner.spi;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * What a join has collected: an immutable list of parts, as their codec wrote them, in the order of their arrival. It shares its
 * structure with the list that it was made from, so that one more part costs the same whether there are ten or a hundred thousand.
 *
 * <p>A tree of 32 branches to a node whose leaves are full, and a tail of up to 32 parts that are not in it yet. Nobody changes the
 * bytes.
 */
public final class PartList implements CollectedParts, Iterable<byte[]> {
    private static final int BITS = 5;
    private static final int WIDTH = 1 << BITS;
    private static final int MASK = WIDTH - 1;

    /** No parts. */
    public static final PartList NONE = new PartList(new Object[0], BITS, new byte[0][], 0, 0);

    private final Object[] root;
    /** By how many bits an index is shifted to find its branch of the root. */
    private final int shift;

    private final byte[][] tail;
    private final int size;
    private final long bytes;

    private PartList(Object[] root, int shift, byte[][] tail, int size, long bytes) {
        this.root = root;
        this.shift = shift;
        this.tail = tail;
        this.size = size;
        this.bytes = bytes;
    }

    /** The parts given. */
    public static PartList of(List<byte[]> parts) {
        PartList all = NONE;
        for (byte[] part : parts) {
            all = all.with(part);
        }
        return all;
    }

    /** These parts and one more behind them. */
    public PartList with(byte[] part) {
        if (tail.length < WIDTH) {
            byte[][] longer = Arrays.copyOf(tail, tail.length + 1);
            longer[tail.length] = part;
            return new PartList(root, shift, longer, size + 1, bytes + part.length);
        }
        byte[][] next = {part};
        int inTree = size - tail.length;
        if (inTree == WIDTH << shift) {
            Object[] higher = {root, path(shift, tail)};
            return new PartList(higher, shift + BITS, next, size + 1, bytes + part.length);
        }
        return new PartList(grown(root, shift, inTree), shift, next, size + 1, bytes + part.length);
    }

    /** A node with the tail as its leaf behind the parts that are there. */
    private Object[] grown(Object[] node, int level, int inTree) {
        int branch = inTree >>> level & MASK;
        Object[] more = Arrays.copyOf(node, Math.max(node.length, branch + 1));
        if (level == BITS) {
            more[branch] = tail;
        } else if (branch < node.length) {
            more[branch] = grown((Object[]) node[branch], level - BITS, inTree);
        } else {
            more[branch] = path(level - BITS, tail);
        }
        return more;
    }

    private static Object[] path(int level, byte[][] leaf) {
        return level == 0 ? leaf : new Object[] {path(level - BITS, leaf)};
    }

    private byte[] get(int index) {
        if (index >= size - tail.length) {
            return tail[index & MASK];
        }
        Object[] node = root;
        for (int level = shift; level > 0; level -= BITS) {
            node = (Object[]) node[index >>> level & MASK];
        }
        return ((byte[][]) node)[index & MASK];
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public Iterator<byte[]> iterator() {
        return new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < size;
            }

            @Override
            public byte[] next() {
                if (next == size) {
                    throw new NoSuchElementException();
                }
                return get(next++);
            }
        };
    }

    /** Whether the other has equal bytes in the same order. */
    @Override
    public boolean equals(@Nullable Object other) {
        if (!(other instanceof PartList parts) || parts.size != size || parts.bytes != bytes) {
            return false;
        }
        Iterator<byte[]> others = parts.iterator();
        for (byte[] part : this) {
            if (!Arrays.equals(part, others.next())) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (byte[] part : this) {
            hash = 31 * hash + Arrays.hashCode(part);
        }
        return hash;
    }

    /** How much there is, without the contents, which may be nobody's business. */
    @Override
    public String toString() {
        return size + " parts of " + bytes + " bytes";
    }
}

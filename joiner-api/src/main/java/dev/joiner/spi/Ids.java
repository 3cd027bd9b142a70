package dev.joiner.spi;

import java.util.AbstractSet;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The ids of a join's messages: an immutable set that shares its structure with the set it was made from, so that one more
 * id costs the same whether there are ten or a hundred thousand.
 *
 * <p>A trie over the ids' hash codes, five bits a level. A node has one slot for each branch that is there; a slot holds an
 * id, another node, or, where all bits of the hash are used up, a bucket of ids. The order of iteration is that of the
 * hashes.
 */
public final class Ids extends AbstractSet<String> {
    private static final int BITS = 5;
    private static final int MASK = (1 << BITS) - 1;

    /** No ids. */
    public static final Ids NONE = new Ids(new Node(0, new Object[0]), 0);

    private final Node root;
    private final int size;

    private Ids(Node root, int size) {
        this.root = root;
        this.size = size;
    }

    /** The ids given, each once. */
    public static Ids of(Collection<String> ids) {
        Ids all = NONE;
        for (String id : ids) {
            all = all.with(id);
        }
        return all;
    }

    /** These ids and one more; this very set if it has the id. */
    public Ids with(String id) {
        Node grown = root.with(id, spread(id), 0);
        return grown == null ? this : new Ids(grown, size + 1);
    }

    @Override
    public boolean contains(@Nullable Object id) {
        return id instanceof String text && root.contains(text, spread(text));
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public Iterator<String> iterator() {
        return new Walk(root);
    }

    /** Hash codes of texts that differ in a number at their end differ in few bits. */
    private static int spread(String id) {
        int hash = id.hashCode() * 0x9E3779B9;
        return hash ^ hash >>> 16;
    }

    @SuppressWarnings("ArrayRecordComponent") // nobody compares or changes the slots
    private record Node(int branches, Object[] slots) {

        boolean contains(String id, int hash) {
            Node node = this;
            for (int rest = hash; ; rest >>>= BITS) {
                int branch = 1 << (rest & MASK);
                if ((node.branches & branch) == 0) {
                    return false;
                }
                Object slot = node.slots[node.index(branch)];
                if (slot instanceof Node below) {
                    node = below;
                } else if (slot instanceof String found) {
                    return found.equals(id);
                } else {
                    return Arrays.asList((String[]) slot).contains(id);
                }
            }
        }

        /** Null if the id is there already. */
        @Nullable
        Node with(String id, int hash, int shift) {
            int branch = 1 << (hash >>> shift & MASK);
            int index = index(branch);
            if ((branches & branch) == 0) {
                Object[] more = new Object[slots.length + 1];
                System.arraycopy(slots, 0, more, 0, index);
                more[index] = id;
                System.arraycopy(slots, index, more, index + 1, slots.length - index);
                return new Node(branches | branch, more);
            }
            Object grown = grown(slots[index], id, hash, shift + BITS);
            if (grown == null) {
                return null;
            }
            Object[] changed = slots.clone();
            changed[index] = grown;
            return new Node(branches, changed);
        }

        private static @Nullable Object grown(Object slot, String id, int hash, int shift) {
            if (slot instanceof Node below) {
                return below.with(id, hash, shift);
            }
            if (slot instanceof String found) {
                if (found.equals(id)) {
                    return null;
                }
                if (shift >= Integer.SIZE) {
                    return new String[] {found, id};
                }
                int other = spread(found);
                Node below = new Node(1 << (other >>> shift & MASK), new Object[] {found});
                return below.with(id, hash, shift);
            }
            String[] bucket = (String[]) slot;
            if (Arrays.asList(bucket).contains(id)) {
                return null;
            }
            String[] longer = Arrays.copyOf(bucket, bucket.length + 1);
            longer[bucket.length] = id;
            return longer;
        }

        private int index(int branch) {
            return Integer.bitCount(branches & branch - 1);
        }
    }

    private static final class Walk implements Iterator<String> {
        private final Deque<Iterator<?>> path = new ArrayDeque<>();
        private @Nullable String next;

        Walk(Node root) {
            path.push(Arrays.asList(root.slots).iterator());
            advance();
        }

        private void advance() {
            next = null;
            while (next == null && !path.isEmpty()) {
                Iterator<?> level = path.element();
                if (!level.hasNext()) {
                    path.pop();
                    continue;
                }
                Object slot = level.next();
                if (slot instanceof String id) {
                    next = id;
                } else {
                    Object[] below = slot instanceof Node node ? node.slots : (Object[]) slot;
                    path.push(Arrays.asList(below).iterator());
                }
            }
        }

        @Override
        public boolean hasNext() {
            return next != null;
        }

        @Override
        public String next() {
            String id = next;
            if (id == null) {
                throw new NoSuchElementException();
            }
            advance();
            return id;
        }
    }
}

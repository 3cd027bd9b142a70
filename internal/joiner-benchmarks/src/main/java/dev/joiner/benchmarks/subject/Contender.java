package dev.joiner.benchmarks.subject;

import dev.joiner.benchmarks.work.Receiver;
import dev.joiner.benchmarks.work.Work;

/**
 * A subject to be, and how it is fed.
 *
 * @param <E> what it is opened on: a database, a server's port
 * @param batch how many messages it is given at once
 */
public record Contender<E>(String name, Kind kind, int batch, Opening<E> opening) {

    /** What a contender is to the others. */
    public enum Kind {
        JOINER,
        /** A framework that does the same. */
        PEER,
        /** The least code for just this work. */
        BY_HAND,
        /** Joins nothing: shows what the server gives at best. */
        LIMIT
    }

    /** Opens a subject with tables, keys and names that no other has. */
    @FunctionalInterface
    public interface Opening<E> {
        Subject open(E on, Work work, Receiver receiver) throws Exception;
    }

    public static <E> Contender<E> of(String name, Kind kind, Opening<E> opening) {
        return new Contender<>(name, kind, 1, opening);
    }

    public Contender<E> inBatches(String name, int size) {
        return new Contender<>(name, kind, size, opening);
    }

    public Contender<E> named(String name) {
        return new Contender<>(name, kind, batch, opening);
    }

    public boolean joins() {
        return kind != Kind.LIMIT;
    }
}

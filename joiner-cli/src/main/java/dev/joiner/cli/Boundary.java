package dev.joiner.cli;

/** Finds where one piece of an input ends and the next begins. Sees each byte once, in order. Not thread-safe. */
interface Boundary {

    /**
     * Looks for the next end.
     *
     * @return where it is, in the buffer; -1 if it is not before {@code to}
     */
    int find(byte[] buffer, int from, int to);

    /** The input ends behind the last byte, and with it a piece that has no other end. */
    void endOfInput();

    /** The number of the piece whose end was found last, from 1: of a line, a row or an element. */
    long number();

    /** What the input ended in the middle of; empty if it ended where it may. */
    String cutOff();
}

package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.CharBuffer;
import org.jspecify.annotations.Nullable;

/** Makes objects out of the lines of one input. Not thread-safe. */
interface Format {

    /**
     * The object that a line is.
     *
     * @return null if the line is none, and need not be
     * @throws IOException if no line of the input can be used
     */
    @Nullable
    ObjectNode parse(CharBuffer line) throws UnusableLineException, IOException;
}

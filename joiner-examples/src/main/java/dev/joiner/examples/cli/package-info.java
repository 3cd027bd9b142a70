/** The {@code joiner} command line: {@link dev.joiner.examples.cli.Main}. */
@NullMarked
package dev.joiner.examples.cli;

import org.jspecify.annotations.NullMarked;

/** The {@code joiner} command line: {@link dev.joiner.cli.Main}. */
@NullMarked
package dev.joiner.cli;

import org.jspecify.annotations.NullMarked;

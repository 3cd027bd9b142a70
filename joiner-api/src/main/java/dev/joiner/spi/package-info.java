/** What authors of stores and engines build on: the join's states, its transitions, and the store that holds them. */
@NullMarked
package dev.joiner.spi;

import org.jspecify.annotations.NullMarked;

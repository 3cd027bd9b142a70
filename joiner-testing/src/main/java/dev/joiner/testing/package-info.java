/** What a unit test of a join needs: a joiner in memory, and a clock that is set by hand. */
@NullMarked
package dev.joiner.testing;

import org.jspecify.annotations.NullMarked;

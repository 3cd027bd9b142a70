/** The suite that every store of joins passes, and what a user needs to test a join. */
@NullMarked
package dev.joiner.store.tck;

import org.jspecify.annotations.NullMarked;

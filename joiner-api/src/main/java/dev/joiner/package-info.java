/** Merges fanned-out messages about one thing back into one: what an application needs to run a join. */
@NullMarked
package dev.joiner;

import org.jspecify.annotations.NullMarked;

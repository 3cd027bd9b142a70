/** A store that keeps joins in a relational database. */
@NullMarked
package dev.joiner.store.jdbc;

import org.jspecify.annotations.NullMarked;

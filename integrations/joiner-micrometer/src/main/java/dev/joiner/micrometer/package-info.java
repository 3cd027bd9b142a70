/** Meters and observations of joins, by Micrometer. */
@NullMarked
package dev.joiner.micrometer;

import org.jspecify.annotations.NullMarked;

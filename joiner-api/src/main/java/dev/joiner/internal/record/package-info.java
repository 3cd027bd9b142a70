/** Record classes, as their components are read and their instances made. */
@NullMarked
package dev.joiner.internal.record;

import org.jspecify.annotations.NullMarked;

/** Values as JSON, by Jackson 3. */
@NullMarked
package dev.joiner.codec.jackson3;

import org.jspecify.annotations.NullMarked;

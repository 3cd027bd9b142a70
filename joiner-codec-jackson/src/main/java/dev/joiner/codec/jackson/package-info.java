/** Values as JSON, by Jackson. */
@NullMarked
package dev.joiner.codec.jackson;

import org.jspecify.annotations.NullMarked;

/** Ready-made merges: of records, component by component, and of messages of several classes. */
@NullMarked
package dev.joiner.merge;

import org.jspecify.annotations.NullMarked;

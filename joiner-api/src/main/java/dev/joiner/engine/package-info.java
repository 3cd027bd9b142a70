/** What an author of an engine adapter needs: what joins go through, and the functions of a spec as an engine calls them. */
@NullMarked
package dev.joiner.engine;

import org.jspecify.annotations.NullMarked;

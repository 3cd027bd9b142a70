/** Real servers for tests, out of jars. */
@NullMarked
package dev.joiner.test.servers;

import org.jspecify.annotations.NullMarked;

/** The console: a web page that shows what waits in stores, and what answers it, whatever server carries them. */
@NullMarked
package dev.joiner.console;

import org.jspecify.annotations.NullMarked;

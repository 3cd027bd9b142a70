/**
 * Real servers for tests, out of jars: they listen on this machine alone, can be killed and restarted, and end with the
 * JVM. So do child JVMs. A proxy stands between clients and a server, and breaks what networks break.
 */
@NullMarked
package dev.joiner.test.servers;

import org.jspecify.annotations.NullMarked;

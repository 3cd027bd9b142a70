/** Joiners as beans of a Spring Boot application: from specs, properties and the application's own connections. */
@NullMarked
package dev.joiner.spring.boot;

import org.jspecify.annotations.NullMarked;

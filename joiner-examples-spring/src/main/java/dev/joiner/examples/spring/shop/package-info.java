/** A shop, as a Spring Boot application. */
@NullMarked
package dev.joiner.examples.spring.shop;

import org.jspecify.annotations.NullMarked;

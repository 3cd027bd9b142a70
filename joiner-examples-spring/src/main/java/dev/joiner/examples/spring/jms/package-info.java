/** A consumer of JMS. */
@NullMarked
package dev.joiner.examples.spring.jms;

import org.jspecify.annotations.NullMarked;

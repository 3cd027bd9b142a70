/** Attacks on what Joiner promises. */
package dev.joiner.campaign;

/** The suite that every store of joins passes, and what a user needs to test a join. */
package dev.joiner.store.tck;

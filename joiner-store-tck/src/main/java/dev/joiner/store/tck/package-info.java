/** The suites that every store of joins passes. */
package dev.joiner.store.tck;

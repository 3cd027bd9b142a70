package dev.joiner.micrometer;

import io.micrometer.core.instrument.MeterRegistry;

/** Gauges whose object changes, as when an application stops sweeping and starts again: a registry goes on asking the first one. */
final class Gauges {
    private Gauges() {}

    /** Makes room for gauges of a join. */
    static void remove(MeterRegistry registry, String name, String join) {
        registry.find(name).tag("join", join).meters().forEach(registry::remove);
    }
}

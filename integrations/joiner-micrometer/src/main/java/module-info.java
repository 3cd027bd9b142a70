/** Meters and observations of joins, by Micrometer. */
module dev.joiner.micrometer {
    requires transitive dev.joiner;
    requires transitive micrometer.commons;
    requires transitive micrometer.core;
    requires transitive micrometer.observation;

    exports dev.joiner.micrometer;
}

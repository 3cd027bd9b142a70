/** A web page that shows what waits in stores, and releases or drops it. */
module dev.joiner.console {
    requires transitive dev.joiner;
    requires com.fasterxml.jackson.databind;
    requires static transitive org.jspecify;

    exports dev.joiner.console;
}

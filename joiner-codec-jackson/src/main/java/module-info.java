/** Values as JSON, by Jackson. */
module dev.joiner.codec.jackson {
    requires transitive dev.joiner;
    requires transitive com.fasterxml.jackson.databind;
    requires com.fasterxml.jackson.datatype.jsr310;

    exports dev.joiner.codec.jackson;
}

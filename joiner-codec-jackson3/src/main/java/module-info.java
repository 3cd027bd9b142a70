/** Values as JSON, by Jackson 3. */
@SuppressWarnings("module") // the digit: Jackson 3 is another library than Jackson, and has its own name
module dev.joiner.codec.jackson3 {
    requires transitive dev.joiner;
    requires transitive tools.jackson.databind;

    exports dev.joiner.codec.jackson3;
}

package dev.joiner.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.joiner.Codec;
import dev.joiner.codec.jackson.JacksonCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** JSON as it is read and written here: numbers keep all their digits, and no field may be there twice. */
final class Json {
    static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    // The names of fields are the input's: interned, garbage would fill a table of the whole process.
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    // The limit is that of the line.
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(Integer.MAX_VALUE)
                            .build())
                    // Not escapes, for what UTF-8 can write itself.
                    .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build();

    private static final int MOST_ZEROS = 100;

    private Json() {}

    /** A number as it is when it is read: what a store gives back is to be equal. */
    static JsonNode number(BigDecimal number) {
        JsonNodeFactory json = JsonNodeFactory.instance;
        if (number.scale() > 0 || number.scale() < -MOST_ZEROS) {
            return DecimalNode.valueOf(number);
        }
        BigInteger whole = number.toBigIntegerExact();
        if (whole.bitLength() < Integer.SIZE) {
            return json.numberNode(whole.intValue());
        }
        return whole.bitLength() < Long.SIZE ? json.numberNode(whole.longValue()) : json.numberNode(whole);
    }

    /** The object as one line of UTF-8, without the line's end. */
    static byte[] bytes(JsonNode node) {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("cannot be written as JSON: " + e.getOriginalMessage(), e);
        }
    }

    static String text(JsonNode node) {
        return new String(bytes(node), StandardCharsets.UTF_8);
    }

    /** Parts that other programs may have collected: as JSON, as text, or as bytes in base64. Reads everything. */
    static Codec<JsonNode> ofAnyCodec() {
        return Codec.of(Json::bytes, Json::ofAnyCodec);
    }

    private static JsonNode ofAnyCodec(byte[] bytes) {
        try {
            JsonNode node = MAPPER.reader()
                    .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .readTree(bytes);
            if (!node.isMissingNode()) {
                return node;
            }
        } catch (IOException e) {
            // It is no JSON.
        }
        try {
            return TextNode.valueOf(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            return BinaryNode.valueOf(bytes);
        }
    }

    /** Objects as they lie in a store. */
    static Codec<ObjectNode> codec() {
        return JacksonCodec.of(ObjectNode.class, MAPPER);
    }
}

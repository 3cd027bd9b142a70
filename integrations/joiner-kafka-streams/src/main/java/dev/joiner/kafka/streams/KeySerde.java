package dev.joiner.kafka.streams;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.joiner.KeyCodec;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/** Keys as their codec writes them. */
record KeySerde<K>(KeyCodec<K> codec) implements Serde<K> {
    @Override
    public Serializer<K> serializer() {
        return (topic, key) -> key == null ? null : codec.encode(key).getBytes(UTF_8);
    }

    @Override
    public Deserializer<K> deserializer() {
        return (topic, bytes) -> bytes == null ? null : codec.decode(new String(bytes, UTF_8));
    }
}

package dev.joiner.benchmarks.subject;

import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.benchmarks.work.Message;
import dev.joiner.benchmarks.work.Receiver;
import dev.joiner.benchmarks.work.Whole;
import java.util.Base64;
import java.util.List;

/** Joiner, with one joiner for each node. */
public final class JoinerSubject implements Subject {
    private final List<Joiner<Message, ?>> nodes;
    private final Runnable resources;

    /** One joiner for each node, whose resources are closed after them. */
    public JoinerSubject(List<Joiner<Message, ?>> nodes, Runnable resources) {
        this.nodes = nodes;
        this.resources = resources;
    }

    public static JoinSpec<Message, String, Whole, Whole> spec(Receiver receiver) {
        return JoinSpec.joining(Message.class)
                .keyedBy(Message::key)
                .<Whole>mergedBy(Whole::merge)
                .sufficientWhen(Whole::isWhole)
                .process((whole, handOver) -> {
                    receiver.receive(handOver.key(), whole);
                    return whole;
                })
                .build();
    }

    public static Codec<Whole> codec() {
        return Codec.of(Whole::encoded, Whole::decoded);
    }

    static Codec<Whole> text() {
        return Codec.ofText(
                whole -> Base64.getEncoder().encodeToString(whole.encoded()),
                text -> Whole.decoded(Base64.getDecoder().decode(text)));
    }

    @Override
    public Lane lane(int node) {
        Joiner<Message, ?> joiner = nodes.get(node);
        return new Lane() {
            @Override
            public void accept(Message message) {
                joiner.accept(message);
            }

            @Override
            public void acceptAll(List<Message> messages) {
                joiner.acceptAll(messages);
            }
        };
    }

    @Override
    public void close() {
        nodes.forEach(Joiner::close);
        resources.run();
    }
}

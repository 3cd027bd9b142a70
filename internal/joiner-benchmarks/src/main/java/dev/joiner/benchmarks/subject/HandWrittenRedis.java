package dev.joiner.benchmarks.subject;

import dev.joiner.benchmarks.work.Message;
import dev.joiner.benchmarks.work.Receiver;
import dev.joiner.benchmarks.work.Work;
import java.util.ArrayList;
import java.util.List;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.Response;

/** One script a message and one removal a thing; batches in two pipelines. */
final class HandWrittenRedis implements Subject {
    private final RedisClient client;
    private final RedisJoining joining;
    private final byte[] script;

    HandWrittenRedis(RedisAddress address, Work work, Receiver receiver) {
        client = address.client(work);
        joining = new RedisJoining(receiver);
        script = RedisJoining.bytes(client.scriptLoad(RedisJoining.SCRIPT));
    }

    @Override
    public Lane lane(int node) {
        return new Lane() {
            @Override
            public void accept(Message message) {
                Object answer = client.evalsha(script, 1, joining.arguments(message));
                if (joining.receive(message, answer)) {
                    client.del(joining.key(message));
                }
            }

            @Override
            public void acceptAll(List<Message> messages) {
                List<Message> whole = new ArrayList<>();
                try (AbstractPipeline pipeline = client.pipelined()) {
                    List<Response<Object>> answers = messages.stream()
                            .map(message -> pipeline.evalsha(script, 1, joining.arguments(message)))
                            .toList();
                    pipeline.sync();
                    for (int i = 0; i < answers.size(); i++) {
                        if (joining.receive(messages.get(i), answers.get(i).get())) {
                            whole.add(messages.get(i));
                        }
                    }
                }
                if (!whole.isEmpty()) {
                    client.del(whole.stream().map(joining::key).toArray(byte[][]::new));
                }
            }
        };
    }

    @Override
    public void close() {
        client.close();
    }
}

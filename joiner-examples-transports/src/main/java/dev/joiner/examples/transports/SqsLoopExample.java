package dev.joiner.examples.transports;

import dev.joiner.Joiner;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.Message;

/** Joins orders from a queue of Amazon SQS, with any number of consumers. */
final class SqsLoopExample {
    private final SqsClient sqs;
    private final String queue;
    private final String deadLetters;
    private final Joiner<OrderEvent, Order> joiner;
    private final Duration wait;
    private final Duration backoff;
    private volatile boolean stopped;

    /**
     * Creates a loop.
     *
     * @param queue its URL
     * @param deadLetters the URL of the queue for what cannot be joined
     * @param wait how long a receive waits for messages: whole seconds, at most 20
     * @param backoff how long a message is hidden that could not be stored: whole seconds
     */
    SqsLoopExample(
            SqsClient sqs,
            String queue,
            String deadLetters,
            Joiner<OrderEvent, Order> joiner,
            Duration wait,
            Duration backoff) {
        this.sqs = sqs;
        this.queue = queue;
        this.deadLetters = deadLetters;
        this.joiner = joiner;
        this.wait = wait;
        this.backoff = backoff;
    }

    void stop() {
        stopped = true;
    }

    // snippet:sqs-loop
    void run() {
        while (!stopped) {
            List<Message> messages = sqs.receiveMessage(receive ->
                            receive.queueUrl(queue).maxNumberOfMessages(10).waitTimeSeconds((int) wait.toSeconds()))
                    .messages();
            if (!messages.isEmpty()) {
                join(messages);
            }
        }
    }

    private void join(List<Message> messages) {
        List<Message> decoded = new ArrayList<>();
        List<OrderEvent> batch = new ArrayList<>();
        List<Message> done = new ArrayList<>();
        List<Message> again = new ArrayList<>();
        for (Message message : messages) {
            try {
                batch.add(OrderEvent.JSON.decode(message.body().getBytes(StandardCharsets.UTF_8)));
                decoded.add(message);
            } catch (RuntimeException e) {
                setAside(message);
                done.add(message);
            }
        }
        List<Fate> fates = Fate.of(batch, joiner);
        for (int i = 0; i < batch.size(); i++) {
            Message message = decoded.get(i);
            switch (fates.get(i)) {
                case ACKNOWLEDGE -> done.add(message);
                case REDELIVER -> again.add(message);
                case SET_ASIDE -> {
                    setAside(message);
                    done.add(message);
                }
            }
        }
        delete(done);
        hide(again);
    }

    private void setAside(Message message) {
        sqs.sendMessage(letter -> letter.queueUrl(deadLetters).messageBody(message.body()));
    }

    /** What cannot be deleted is delivered again, and its id is known. */
    private void delete(List<Message> messages) {
        List<DeleteMessageBatchRequestEntry> entries = new ArrayList<>();
        for (Message message : messages) {
            entries.add(DeleteMessageBatchRequestEntry.builder()
                    .id("message-" + entries.size())
                    .receiptHandle(message.receiptHandle())
                    .build());
        }
        if (!entries.isEmpty()) {
            sqs.deleteMessageBatch(request -> request.queueUrl(queue).entries(entries));
        }
    }

    private void hide(List<Message> messages) {
        List<ChangeMessageVisibilityBatchRequestEntry> entries = new ArrayList<>();
        for (Message message : messages) {
            entries.add(ChangeMessageVisibilityBatchRequestEntry.builder()
                    .id("message-" + entries.size())
                    .receiptHandle(message.receiptHandle())
                    .visibilityTimeout((int) backoff.toSeconds())
                    .build());
        }
        if (!entries.isEmpty()) {
            sqs.changeMessageVisibilityBatch(request -> request.queueUrl(queue).entries(entries));
        }
    }
    // end:sqs-loop
}

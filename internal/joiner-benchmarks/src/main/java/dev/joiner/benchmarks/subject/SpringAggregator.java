package dev.joiner.benchmarks.subject;

import dev.joiner.benchmarks.work.Receiver;
import dev.joiner.benchmarks.work.Whole;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.IntegrationMessageHeaderAccessor;
import org.springframework.integration.aggregator.AggregatingMessageHandler;
import org.springframework.integration.aggregator.HeaderAttributeCorrelationStrategy;
import org.springframework.integration.aggregator.SimpleSequenceSizeReleaseStrategy;
import org.springframework.integration.channel.DirectChannel;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.store.MessageGroup;
import org.springframework.integration.store.MessageGroupStore;
import org.springframework.integration.store.SimpleMessageStore;
import org.springframework.integration.support.MessageBuilder;
import org.springframework.integration.support.locks.LockRegistry;
import org.springframework.messaging.Message;

/**
 * The aggregator of Spring Integration, with the release strategy that its documentation recommends, called without a
 * channel before it. A message is what it keeps: its payload is the part's value.
 */
final class SpringAggregator implements Subject {
    private static final String KEY = "key";

    private final AnnotationConfigApplicationContext context =
            new AnnotationConfigApplicationContext(Infrastructure.class);
    private final AggregatingMessageHandler aggregator;
    private final Runnable resources;

    @Configuration(proxyBeanMethods = false)
    @EnableIntegration
    static class Infrastructure {}

    private SpringAggregator(
            MessageGroupStore store, @Nullable LockRegistry<?> locks, Receiver receiver, Runnable resources) {
        this.resources = resources;
        DirectChannel whole = new DirectChannel();
        whole.setBeanFactory(context);
        whole.subscribe(message ->
                receiver.receive(String.valueOf(message.getHeaders().get(KEY)), (Whole) message.getPayload()));
        whole.afterPropertiesSet();
        aggregator = new AggregatingMessageHandler(SpringAggregator::whole, store);
        aggregator.setCorrelationStrategy(new HeaderAttributeCorrelationStrategy(KEY));
        aggregator.setReleaseStrategy(new SimpleSequenceSizeReleaseStrategy());
        aggregator.setExpireGroupsUponCompletion(true); // or a key could be used once, and would stay for ever
        if (locks != null) {
            aggregator.setLockRegistry(locks);
        }
        aggregator.setOutputChannel(whole);
        aggregator.setBeanFactory(context);
        aggregator.setApplicationContext(context);
        aggregator.afterPropertiesSet();
        aggregator.start();
    }

    static SpringAggregator inMemory(Receiver receiver) {
        return new SpringAggregator(new SimpleMessageStore(), null, receiver, () -> {});
    }

    /** One on a store, whose resources are closed after it. */
    static SpringAggregator on(MessageGroupStore store, LockRegistry<?> locks, Receiver receiver, Runnable resources) {
        return new SpringAggregator(store, locks, receiver, resources);
    }

    private static Object whole(MessageGroup group) {
        Whole whole = Whole.empty(group.getSequenceSize());
        for (Message<?> message : group.getMessages()) {
            int number = new IntegrationMessageHeaderAccessor(message).getSequenceNumber();
            whole = whole.with(number - 1, (byte[]) message.getPayload());
        }
        return MessageBuilder.withPayload(whole).setHeader(KEY, group.getGroupId());
    }

    @Override
    public Lane lane(int node) {
        return message -> aggregator.handleMessage(MessageBuilder.withPayload(message.value())
                .setHeader(KEY, message.key())
                .setSequenceNumber(message.part() + 1)
                .setSequenceSize(message.parts())
                .build());
    }

    @Override
    public void close() {
        aggregator.stop();
        context.close();
        resources.run();
    }
}

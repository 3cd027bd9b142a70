package dev.joiner.benchmarks.subject;

import dev.joiner.benchmarks.work.Message;
import dev.joiner.benchmarks.work.Receiver;
import dev.joiner.benchmarks.work.Whole;
import dev.joiner.benchmarks.work.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.AggregateDefinition;
import org.apache.camel.spi.AggregationRepository;
import org.jspecify.annotations.Nullable;

/**
 * The aggregate pattern of Apache Camel. In memory it holds objects; a repository is given bytes, so that it has the
 * least to serialize.
 */
final class CamelAggregator implements Subject {
    private static final String KEY = "key";

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final ProducerTemplate producer;
    private final Endpoint endpoint;
    private final Runnable resources;

    private CamelAggregator(
            Work work,
            Receiver receiver,
            @Nullable AggregationRepository repository,
            boolean optimistic,
            Runnable resources)
            throws Exception {
        this.resources = resources;
        boolean bytes = repository != null;
        context.getShutdownStrategy().setTimeout(1);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                AggregateDefinition aggregate = from("direct:messages")
                        .aggregate(
                                header(KEY),
                                (before, next) -> work.isEndless()
                                        ? collected(before, Objects.requireNonNull(next))
                                        : merged(before, Objects.requireNonNull(next), bytes))
                        .completionSize(work.parts());
                if (repository != null) {
                    aggregate.aggregationRepository(repository);
                }
                if (optimistic) {
                    aggregate.optimisticLocking();
                }
                aggregate.process(exchange -> receiver.receive(
                        Objects.requireNonNull(exchange.getIn().getHeader(KEY, String.class)), whole(exchange, bytes)));
            }
        });
        context.start();
        endpoint = context.getEndpoint("direct:messages");
        producer = context.createProducerTemplate();
    }

    static CamelAggregator inMemory(Work work, Receiver receiver) throws Exception {
        return new CamelAggregator(work, receiver, null, false, () -> {});
    }

    /**
     * One on a repository.
     *
     * @param optimistic whether the repository finds out itself that another node was there in between
     * @param resources closes what the repository used
     */
    static CamelAggregator on(
            AggregationRepository repository, boolean optimistic, Work work, Receiver receiver, Runnable resources)
            throws Exception {
        return new CamelAggregator(work, receiver, repository, optimistic, resources);
    }

    private static Exchange merged(@Nullable Exchange before, Exchange next, boolean bytes) {
        Whole pending = before == null ? null : whole(before, bytes);
        Whole merged = Whole.merge((Message) body(next), pending);
        Exchange kept = before == null ? next : before; // the version of what is stored is a property of this one
        kept.getIn().setBody(bytes ? merged.encoded() : merged);
        return kept;
    }

    /** The list of all, as its documentation has it. */
    private static Exchange collected(@Nullable Exchange before, Exchange next) {
        byte[] part = ((Message) body(next)).value();
        if (before == null) {
            next.getIn().setBody(new ArrayList<>(List.of(part)));
            return next;
        }
        @SuppressWarnings("unchecked") // it is the one from above
        List<byte[]> parts = (List<byte[]>) body(before);
        parts.add(part);
        return before;
    }

    private static Whole whole(Exchange exchange, boolean bytes) {
        return bytes ? Whole.decoded((byte[]) body(exchange)) : (Whole) body(exchange);
    }

    private static Object body(Exchange exchange) {
        return Objects.requireNonNull(exchange.getIn().getBody());
    }

    @Override
    public Lane lane(int node) {
        return message -> producer.sendBodyAndHeader(endpoint, message, KEY, message.key());
    }

    @Override
    public void close() {
        producer.stop();
        context.stop();
        resources.run();
    }
}

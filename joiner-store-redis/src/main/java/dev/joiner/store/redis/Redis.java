package dev.joiner.store.redis;

import dev.joiner.StoreException;
import dev.joiner.store.redis.internal.Failures;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.Response;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisAskDataException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisMovedDataException;
import redis.clients.jedis.exceptions.JedisNoScriptException;
import redis.clients.jedis.exceptions.JedisRedirectionException;
import redis.clients.jedis.mcf.MultiDbPipeline;

/**
 * Sends commands to Redis, alone or many in one round trip, and repeats those that did not run. Whatever else goes wrong is a
 * {@link StoreException}.
 *
 * <p>All of them go through pipelines, also single ones: whatever a client is set to repeat, it does not repeat those.
 */
final class Redis {
    private final UnifiedJedis jedis;
    /** Null if the client is for one server. */
    private final @Nullable Cluster cluster;

    private final Semaphore overNodes;
    private final Agreement agreement;

    /**
     * @param overNodes how many batches over several nodes may be under way at once: each holds a connection to every node
     *     that it touches, and batches that wait for each other's connections would wait for ever
     */
    Redis(UnifiedJedis jedis, int overNodes, Layout layout) {
        this.jedis = jedis;
        cluster = Cluster.of(jedis);
        this.overNodes = new Semaphore(overNodes);
        agreement = new Agreement(this, layout);
    }

    Agreement agreement() {
        return agreement;
    }

    /**
     * Refuses a client that a store cannot work with.
     *
     * @throws IllegalArgumentException if it goes from one database to another, or is for one server and meets a cluster
     * @throws StoreException if the server evicts keys of all kinds; one that must not say is taken not to
     */
    void check() {
        String info = info();
        if (cluster == null && info.contains("cluster_enabled:1")) {
            throw new IllegalArgumentException("jedis is a " + jedis.getClass().getSimpleName()
                    + ", and the server is a node of a cluster, which needs a RedisClusterClient or redis+cluster://");
        }
        if (info.contains("maxmemory_policy:allkeys")) {
            throw new StoreException("maxmemory-policy is allkeys-...: the server would silently remove joins when"
                    + " memory is short; set it to noeviction");
        }
    }

    /** What the server says of itself; nothing if it must not. */
    private String info() {
        try {
            byte[] info = (byte[]) send(Command.info(agreement.meta));
            return new String(Objects.requireNonNull(info), StandardCharsets.UTF_8);
        } catch (StoreException e) {
            return "";
        }
    }

    Batch batch() {
        return new Batch();
    }

    <T> @Nullable T send(Command<T> command) {
        Batch batch = batch();
        Answer<T> answer = batch.add(command);
        batch.send();
        return answer.get();
    }

    /** The answer to a command of a batch, once the batch is sent. */
    static final class Answer<T> {
        private Command<T> command;
        private @Nullable Response<T> response;
        private @Nullable T value;
        private @Nullable RuntimeException failure;

        private Answer(Command<T> command) {
            this.command = command;
        }

        @Nullable
        T get() {
            return value;
        }

        /** Does what {@link #get()} does, once: the answer is not held any more. */
        @Nullable
        T take() {
            T taken = value;
            value = null;
            response = null;
            return taken;
        }

        /** The answer to a command that is never answered with nothing. */
        T required() {
            return Objects.requireNonNull(value);
        }

        private void ask(AbstractPipeline pipeline) {
            response = command.piped().apply(pipeline);
        }

        /** @param broken what went wrong with the pipeline; null if nothing did that it told of */
        private void hear(@Nullable RuntimeException broken) {
            failure = null;
            if (response == null) {
                failure = broken;
                return;
            }
            try {
                value = response.get();
            } catch (JedisDataException e) {
                failure = e;
            } catch (IllegalStateException e) { // a pipeline over several nodes only logs why
                failure = broken == null ? new JedisException("the connection broke", e) : broken;
            }
        }

        private boolean wasSent() {
            return response != null;
        }

        private boolean isRefused() {
            return failure instanceof JedisDataException;
        }

        private boolean mayHaveWritten() {
            return command.writes() && wasSent() && !isRefused();
        }

        /** Makes it bring the script along. */
        private void addScript() {
            command = Objects.requireNonNull(command.withScript());
        }
    }

    /** Commands that are sent together: in one round trip, or on a cluster in one to each node. */
    final class Batch {
        private final List<Answer<?>> answers = new ArrayList<>();
        private final Patience patience = new Patience();
        private boolean refreshed;

        <T> Answer<T> add(Command<T> command) {
            Answer<T> answer = new Answer<>(command);
            answers.add(answer);
            return answer;
        }

        /** @throws StoreException if one of them did not run, or may not have run */
        void send() {
            if (answers.isEmpty()) {
                return;
            }
            if (cluster != null && answers.size() == 1) {
                toItsNode(cluster, answers.get(0));
                return;
            }
            pipe(answers);
            List<Answer<?>> unknownScript = answers.stream()
                    .filter(answer -> answer.failure instanceof JedisNoScriptException)
                    .toList();
            if (!unknownScript.isEmpty()) {
                agreement.check(); // a server that has lost its scripts may have lost everything
                unknownScript.forEach(Answer::addScript);
                pipe(unknownScript);
            }
            List<Answer<?>> moving = new ArrayList<>();
            for (Answer<?> answer : answers) {
                RuntimeException failure = answer.failure;
                if (failure != null && (cluster == null || !Failures.isMoving(failure))) {
                    throw failure(answer, answers);
                } else if (failure != null) {
                    moving.add(answer);
                }
            }
            moving.forEach(answer -> toItsNode(Objects.requireNonNull(cluster), answer));
        }

        private void pipe(List<Answer<?>> some) {
            if (cluster == null) {
                Redis.pipe(this::open, some);
            } else {
                pipeOverNodes(some);
            }
        }

        private AbstractPipeline open() {
            AbstractPipeline pipeline = jedis.pipelined();
            if (pipeline instanceof MultiDbPipeline) { // it also repeats what it has sent when it is closed
                throw new IllegalArgumentException(
                        "jedis is a " + jedis.getClass().getSimpleName()
                                + ", which goes on with another database when one fails, where the joins are not");
            }
            return pipeline;
        }

        /**
         * Sends one command to the node that has its slot, or to the one that is named instead, until it has run. What may have
         * written is not repeated.
         */
        private void toItsNode(Cluster nodes, Answer<?> answer) {
            RuntimeException before = null;
            while (true) {
                pipeToItsNode(nodes, answer);
                RuntimeException failure = answer.failure;
                if (failure == null) {
                    return;
                }
                boolean isRedirected =
                        failure instanceof JedisRedirectionException && !(before instanceof JedisRedirectionException);
                if (failure instanceof JedisNoScriptException) {
                    agreement.check(); // a server that has lost its scripts may have lost everything
                    answer.addScript();
                } else if (!(Failures.isMoving(failure) || (!answer.isRefused() && !answer.mayHaveWritten()))
                        || !(isRedirected || patience.pause())) {
                    throw failure(answer, List.of(answer));
                } else if (!answer.isRefused()) {
                    RuntimeException again = refresh(nodes, answer);
                    if (again != null) {
                        throw withSuppressed(again, failureOf(answer, List.of(answer)));
                    }
                }
                before = failure;
            }
        }

        private void pipeToItsNode(Cluster nodes, Answer<?> answer) {
            String where = answer.command.where();
            if (!(answer.failure instanceof JedisRedirectionException redirection)) {
                Redis.pipe(() -> nodes.toOwnerOf(where), List.of(answer));
                return;
            }
            if (!nodes.knows(redirection) || (redirection instanceof JedisMovedDataException && !refreshed)) {
                refresh(nodes, answer); // if that fails, so will what follows
                refreshed = true;
            }
            boolean isAsked = redirection instanceof JedisAskDataException && nodes.knows(redirection);
            Redis.pipe(
                    () -> nodes.to(redirection, where),
                    isAsked ? List.of(new Answer<>(Command.asking(where)), answer) : List.of(answer));
        }
    }

    /** Sends commands together, and notes with each what came of it. */
    private static void pipe(Supplier<? extends AbstractPipeline> opening, List<Answer<?>> answers) {
        answers.forEach(answer -> answer.response = null);
        RuntimeException broken = null;
        try (AbstractPipeline pipeline = opening.get()) {
            answers.forEach(answer -> answer.ask(pipeline));
            pipeline.sync();
        } catch (IllegalArgumentException e) {
            throw e;
        } catch (RuntimeException e) {
            broken = e;
        }
        for (Answer<?> answer : answers) {
            answer.hear(broken);
        }
    }

    /**
     * Runs on a thread of its own: if a thread is interrupted while it waits for several nodes, Jedis returns connections to
     * their pools with answers still to come, and whoever takes one next reads them.
     */
    private void pipeOverNodes(List<Answer<?>> answers) {
        overNodes.acquireUninterruptibly();
        try {
            CompletableFuture.runAsync(() -> pipe(jedis::pipelined, answers), Redis::onNewThread)
                    .join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        } finally {
            overNodes.release();
        }
    }

    private static void onNewThread(Runnable pipelined) {
        Thread thread = new Thread(pipelined, "joiner-redis");
        thread.setDaemon(true);
        thread.start();
    }

    private static @Nullable RuntimeException refresh(Cluster nodes, Answer<?> answer) {
        String where = answer.command.where();
        RuntimeException failure = nodes.refresh(where);
        return failure == null ? null : Failures.of(failure, where);
    }

    /** What to throw for an answer that failed, after what can be done for the calls that follow. */
    private StoreException failure(Answer<?> failed, List<Answer<?>> together) {
        StoreException failure = failureOf(failed, together);
        // A pipeline takes the map of nodes as it is.
        RuntimeException again = cluster == null || failed.isRefused() ? null : refresh(cluster, failed);
        return withSuppressed(again, failure);
    }

    private StoreException failureOf(Answer<?> failed, List<Answer<?>> together) {
        RuntimeException e = Objects.requireNonNull(failed.failure);
        String where = failed.command.where();
        if (!failed.isRefused() || Failures.isReadOnly(e)) {
            forgetIdle(); // the other idle connections go to the same server
        }
        if (failed.isRefused()) {
            return Failures.refused(e, where);
        } else if (together.stream().anyMatch(Answer::mayHaveWritten)) {
            return Failures.mayHaveWritten(e, where);
        }
        return together.stream().anyMatch(Answer::wasSent) ? Failures.unanswered(e, where) : Failures.unsent(e, where);
    }

    private void forgetIdle() {
        if (cluster != null) {
            cluster.forgetIdle();
        } else if (jedis instanceof RedisClient client) {
            client.getPool().clear();
        }
    }

    private static StoreException withSuppressed(@Nullable RuntimeException suppressed, StoreException failure) {
        if (suppressed != null) {
            failure.addSuppressed(suppressed);
        }
        return failure;
    }
}

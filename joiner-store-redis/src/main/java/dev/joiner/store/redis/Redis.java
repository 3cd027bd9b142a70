package dev.joiner.store.redis;

import dev.joiner.StoreException;
import dev.joiner.store.redis.internal.Failures;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.MultiNodePipelineBase;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.Response;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/**
 * The way to Redis: sends commands alone, or many in one round trip, and repeats those that did not run. Whatever else
 * goes wrong is a {@link StoreException}.
 */
final class Redis {
    private final UnifiedJedis jedis;
    private final Semaphore overNodes;
    private final Agreement agreement;

    /**
     * @param overNodes how many batches over several nodes may be under way at once: each holds a connection to every
     *     node that it touches, and those that wait for each other's would wait for ever
     */
    Redis(UnifiedJedis jedis, int overNodes, Layout layout) {
        this.jedis = jedis;
        this.overNodes = new Semaphore(overNodes);
        agreement = new Agreement(this, layout);
    }

    Agreement agreement() {
        return agreement;
    }

    /** Whether a server says that it takes keys away when memory is short. One that must not say is taken at its best. */
    boolean evicts() {
        try {
            return jedis.info("memory").contains("maxmemory_policy:allkeys");
        } catch (JedisException e) {
            return false;
        }
    }

    Batch batch() {
        return new Batch();
    }

    <T> @Nullable T send(Command<T> command) {
        return send(command, new Patience());
    }

    private <T> @Nullable T send(Command<T> command, Patience patience) {
        Command<T> asked = command;
        while (true) {
            try {
                return asked.alone().apply(jedis);
            } catch (JedisNoScriptException e) {
                agreement.make(); // a server that has lost its scripts may have lost everything
                asked = Objects.requireNonNull(asked.withScript()).get();
            } catch (RuntimeException e) {
                // A client that is not for clusters is sent to the same node each time.
                if (!Failures.isMoving(e) || jedis instanceof RedisClient || !patience.pause()) {
                    throw failure(e, asked);
                }
            }
        }
    }

    private StoreException failure(RuntimeException e, Command<?> command) {
        if (jedis instanceof RedisClient client && (Failures.isReadOnly(e) || !(e instanceof JedisDataException))) {
            client.getPool().clear(); // the other idle connections go to the same server
        }
        return Failures.of(e, command.where());
    }

    /** What a command of a batch is answered, once the batch is sent. */
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

        /** The answer to a command that is never answered with nothing. */
        T required() {
            return Objects.requireNonNull(value);
        }

        private void ask(AbstractPipeline pipeline) {
            response = command.piped().apply(pipeline);
        }

        private void hear() {
            failure = null;
            try {
                value = response == null ? null : response.get();
            } catch (JedisDataException e) {
                failure = e;
            } catch (IllegalStateException e) {
                failure = new JedisException("the connection broke", e); // Jedis has logged why, and keeps it to itself
            }
        }

        private boolean failed(Class<? extends RuntimeException> how) {
            return how.isInstance(failure);
        }
    }

    /** Commands that go out together: in one round trip, on a cluster in one to each node. */
    final class Batch {
        private final List<Answer<?>> answers = new ArrayList<>();

        <T> Answer<T> add(Command<T> command) {
            Answer<T> answer = new Answer<>(command);
            answers.add(answer);
            return answer;
        }

        /** @throws StoreException if one of them did not run, or may not have run */
        void send() {
            Patience patience = new Patience();
            if (answers.size() < 2) {
                answers.forEach(answer -> alone(answer, patience));
                return;
            }
            pipe(answers);
            List<Answer<?>> unknownScript = failed(JedisNoScriptException.class);
            if (!unknownScript.isEmpty()) {
                agreement.make(); // a server that has lost its scripts may have lost everything
                unknownScript.forEach(Batch::addScript);
                pipe(unknownScript);
            }
            List<Answer<?>> failed = failed(RuntimeException.class);
            for (Answer<?> answer : failed) {
                if (answer.failure != null && !Failures.isMoving(answer.failure)) {
                    throw pipelineFailure(answer.failure, answer.command);
                }
            }
            failed.forEach(answer -> alone(answer, patience));
        }

        private List<Answer<?>> failed(Class<? extends RuntimeException> how) {
            return answers.stream().filter(answer -> answer.failed(how)).toList();
        }

        private static <T> void addScript(Answer<T> answer) {
            answer.command = Objects.requireNonNull(answer.command.withScript()).get();
        }

        private <T> void alone(Answer<T> answer, Patience patience) {
            answer.value = Redis.this.send(answer.command, patience);
        }
    }

    private void pipe(List<Answer<?>> answers) {
        try {
            AbstractPipeline pipeline = jedis.pipelined();
            if (pipeline instanceof MultiNodePipelineBase) {
                pipeOverNodes(pipeline, answers);
            } else {
                pipe(pipeline, answers);
            }
        } catch (StoreException e) {
            throw e;
        } catch (RuntimeException e) {
            throw pipelineFailure(e, answers.get(0).command);
        }
    }

    private void pipe(AbstractPipeline opened, List<Answer<?>> answers) {
        try (AbstractPipeline pipeline = opened) {
            for (Answer<?> answer : answers) {
                try {
                    answer.ask(pipeline);
                } catch (RuntimeException e) {
                    throw pipelineFailure(e, answer.command); // which node it was matters
                }
            }
            pipeline.sync();
            answers.forEach(Answer::hear);
        }
    }

    /**
     * On a thread of its own: if a thread is interrupted while it waits for several nodes, Jedis hands connections back to
     * their pools with answers still to come, for whoever is next to read.
     */
    private void pipeOverNodes(AbstractPipeline pipeline, List<Answer<?>> answers) {
        overNodes.acquireUninterruptibly();
        try {
            CompletableFuture.runAsync(() -> pipe(pipeline, answers), Redis::onNewThread)
                    .join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        } finally {
            overNodes.release();
        }
    }

    private StoreException pipelineFailure(RuntimeException e, Command<?> command) {
        StoreException failure = failure(e, command);
        if (!(e instanceof JedisDataException || jedis instanceof RedisClient)) {
            // Pipelines use the map of nodes as it is; a single command brings it up to date.
            try {
                jedis.hlen(command.where());
            } catch (RuntimeException again) {
                failure.addSuppressed(Failures.of(again, command.where()));
            }
        }
        return failure;
    }

    private static void onNewThread(Runnable pipelined) {
        Thread thread = new Thread(pipelined, "joiner-redis");
        thread.setDaemon(true);
        thread.start();
    }
}

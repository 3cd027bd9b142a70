package dev.joiner.test.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TcpProxyTest {
    private final RedisServer server = RedisServer.shared();
    private final TcpProxy proxy = TcpProxy.to(server.port());
    private final String key = UUID.randomUUID().toString();

    @AfterEach
    void close() {
        proxy.close();
    }

    private RedisConnection connect() throws IOException {
        return new RedisConnection(proxy.port());
    }

    private static void assertBreaks(RedisConnection connection, String... command) {
        assertThatIOException().isThrownBy(() -> connection.call(command));
    }

    @Test
    void bytesPassUnchangedInBothDirections() throws IOException {
        String value = "x".repeat(1_000_001);
        try (RedisConnection connection = connect()) {
            connection.call("SET", key, value);

            assertThat(connection.call("GET", key)).isEqualTo(value);
            assertThat(server.call("DEL", key)).isEqualTo(1L);
        }
    }

    @Test
    void serverThatNobodyListensForClosesItsClientAlone() throws IOException {
        try (RedisConnection connection = connect()) {
            connection.call("PING");
            proxy.redirect(Ports.free());
            try (RedisConnection other = connect()) {
                assertBreaks(other, "PING");
            }

            assertThat(connection.call("PING")).isEqualTo("PONG");
            assertThat(proxy.connections()).isEqualTo(1);
        }
    }

    @Test
    void newConnectionsAreRedirectedAndOpenOnesAreNot(@TempDir Path folder) throws IOException {
        try (RedisServer another = RedisServer.start(folder);
                RedisConnection before = connect()) {
            before.call("PING");
            proxy.redirect(another.port());
            try (RedisConnection after = connect()) {
                after.call("SET", key, "1");

                assertThat(another.call("GET", key)).isEqualTo("1");
                assertThat(before.call("GET", key)).isNull();
            }
        }
    }

    @Test
    void connectionThatTheServerEndsEndsForTheClient() throws IOException {
        try (RedisConnection connection = connect()) {
            connection.call("QUIT");

            assertBreaks(connection, "PING");
            assertThat(proxy.cuts()).isZero();
        }
    }

    @Nested
    class RoundTrips {
        @Test
        void areCountedForAllConnections() throws IOException {
            try (RedisConnection one = connect();
                    RedisConnection other = connect()) {
                one.call("PING");
                other.call("PING");
                one.call("PING");

                assertThat(proxy.roundTrips()).isEqualTo(3);
                assertThat(proxy.connections()).isEqualTo(2);
            }
        }

        @Test
        void areOneForAPipelineWhoseAnswersAreHeldBack() throws IOException {
            proxy.answerAfterSilence(Duration.ofHours(1));
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
                for (String count : List.of("1", "2", "3")) {
                    send(client, "INCR " + key);
                    await().until(() -> count.equals(server.call("GET", key)));
                }
            }
            server.call("DEL", key);

            assertThat(proxy.roundTrips()).isEqualTo(1);
        }

        @Test
        void endWhenTheClientIsSilent() throws IOException {
            proxy.answerAfterSilence(Duration.ofMillis(1));
            try (RedisConnection connection = connect()) {
                connection.call("PING");
                connection.call("PING");

                assertThat(proxy.roundTrips()).isEqualTo(2);
            }
        }
    }

    @Nested
    class Faults {
        @Test
        void requestThatIsCutDoesNotArrive() throws IOException {
            try (RedisConnection first = connect();
                    RedisConnection second = connect()) {
                first.call("PING");
                second.call("PING");
                proxy.inject(Fault.cutNextRequest());

                assertBreaks(first, "SET", key, "1");

                assertThat(second.call("GET", key)).as("once, and it is lost").isNull();
                assertThat(proxy.cuts()).isEqualTo(1);
            }
        }

        @Test
        void requestWhoseAnswerIsLostHasArrived() throws IOException {
            AtomicBoolean hadArrived = new AtomicBoolean();
            try (RedisConnection first = connect();
                    RedisConnection second = connect()) {
                first.call("PING");
                second.call("PING");
                proxy.inject(Fault.loseNextAnswer(() -> hadArrived.set("1".equals(server.call("GET", key)))));

                assertBreaks(first, "SET", key, "1");

                assertThat(hadArrived).isTrue();
                assertThat(second.call("DEL", key)).as("once").isEqualTo(1L);
                assertThat(proxy.cuts()).isEqualTo(1);
            }
        }

        @Test
        void answersAreLostUntilTheFaultEnds() throws IOException {
            proxy.inject(Fault.loseAnswers());
            for (int i = 0; i < 2; i++) {
                try (RedisConnection connection = connect()) {
                    assertBreaks(connection, "INCR", key);
                }
            }
            proxy.inject(Fault.none());
            try (RedisConnection connection = connect()) {
                assertThat(connection.call("INCR", key)).isEqualTo(3L);
            }
            server.call("DEL", key);
        }

        @Test
        void allConnectionsAreCutAtOnce() throws IOException {
            try (RedisConnection one = connect();
                    RedisConnection other = connect()) {
                one.call("PING");
                other.call("PING");

                proxy.cutAll();

                assertBreaks(one, "PING");
                assertBreaks(other, "PING");
                assertThat(proxy.cuts()).isEqualTo(2);
            }
        }

        @Test
        void clientThatIsNotAdmittedHearsTheFaultAlone() throws IOException {
            AtomicInteger refusals = new AtomicInteger(1);
            proxy.inject(new Fault() {
                @Override
                public boolean admits(Socket client) throws IOException {
                    if (refusals.getAndDecrement() <= 0) {
                        return true;
                    }
                    client.getOutputStream().write("-LOADING\r\n".getBytes(StandardCharsets.US_ASCII));
                    return false;
                }
            });
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
                assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("-LOADING\r\n");
                assertThat(proxy.connections()).isZero();
            }
            try (RedisConnection connection = connect()) {
                assertThat(connection.call("PING")).isEqualTo("PONG");
            }
        }
    }

    @Nested
    class Paces {
        @Test
        void piecesAreWrittenWithAPauseBeforeEach() throws IOException {
            List<String> steps = new ArrayList<>();
            ByteArrayOutputStream out = new ByteArrayOutputStream() {
                @Override
                public synchronized void write(byte[] bytes, int from, int length) {
                    steps.add(new String(bytes, from, length, StandardCharsets.US_ASCII));
                }
            };

            new Pace(Duration.ofNanos(7), 2)
                    .write("abcdefg.".getBytes(StandardCharsets.US_ASCII), 7, out, nanos -> steps.add(nanos + "ns"));

            assertThat(steps).containsExactly("7ns", "abcd", "7ns", "efg");
        }

        @Test
        void noPiecesAreRefused() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new Pace(Duration.ZERO, 0))
                    .withMessage("pieces must be positive: 0");
        }

        @Test
        void answersAreLateAndRequestsAreNot() throws IOException {
            proxy.paceAnswers(Pace.late(Duration.ofHours(1)));
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
                send(client, "INCR " + key);
                await().untilAsserted(() -> assertThat(server.call("GET", key)).isEqualTo("1"));

                assertThat(client.getInputStream().available()).isZero();
            }
            server.call("DEL", key);
        }

        @Test
        void requestsAreLateToo() throws IOException {
            proxy.pace(Pace.late(Duration.ofHours(1)));
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
                send(client, "SET " + key + " 1");
                await().until(() -> proxy.roundTrips() == 1);

                assertThat(server.call("GET", key)).isNull();
            }
        }
    }

    private static void send(Socket client, String command) throws IOException {
        client.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    /** Whatever they wait for: bytes, a pause, or a fault that listens to the client. */
    @Test
    void closeEndsConnectionsAndThreads() throws IOException {
        CountDownLatch listens = new CountDownLatch(1);
        try (Socket idle = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
                Socket late = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
            await().until(() -> proxy.connections() == 2);
            proxy.pace(Pace.late(Duration.ofHours(1)));
            send(late, "PING");
            await().until(() -> proxy.roundTrips() == 1);
            proxy.inject(new Fault() {
                @Override
                public boolean admits(Socket client) throws IOException {
                    listens.countDown();
                    return client.getInputStream().read() > 0;
                }
            });
            try (Socket listenedTo = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
                await().until(() -> listens.getCount() == 0);
                assertThat(threads()).isEqualTo(1 + 2 * 2 + 1);

                proxy.close();

                assertThat(threads()).isZero();
                assertThat(List.of(idle, late, listenedTo)).allMatch(TcpProxyTest::hasEnded);
            }
        }
    }

    private static boolean hasEnded(Socket client) {
        try {
            return client.getInputStream().read() < 0;
        } catch (IOException e) {
            return true; // reset
        }
    }

    private long threads() {
        String name = "proxy-" + proxy.port();
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(name))
                .count();
    }
}

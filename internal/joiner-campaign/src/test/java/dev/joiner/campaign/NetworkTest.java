package dev.joiner.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.Joiner;
import dev.joiner.StoreException;
import dev.joiner.campaign.Audit.Reason;
import dev.joiner.campaign.Behaviour.Trouble;
import dev.joiner.spi.JoinStore;
import dev.joiner.test.servers.Fault;
import dev.joiner.test.servers.Pace;
import dev.joiner.test.servers.Server;
import dev.joiner.test.servers.TcpProxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A network between nodes and their server that is slow, and that breaks before a request and before an answer. */
@Timeout(3_600)
class NetworkTest {
    private static final Duration LEASE = Duration.ofSeconds(2);

    /** What happens to a network. A cut happens once; a pace stays until the next one. */
    private enum Incident {
        CUT_BEFORE_REQUEST,
        CUT_BEFORE_ANSWER,
        CUT_ALL,
        DELAY,
        NARROW,
        FULL_SPEED;

        void happenTo(TcpProxy network) {
            switch (this) {
                case CUT_BEFORE_REQUEST -> network.inject(Fault.cutNextRequest());
                case CUT_BEFORE_ANSWER -> network.inject(Fault.loseNextAnswer());
                case CUT_ALL -> network.cutAll();
                case DELAY -> network.pace(Pace.late(Duration.ofMillis(20)));
                case NARROW -> network.pace(new Pace(Duration.ofMillis(2), 2));
                case FULL_SPEED -> network.pace(Pace.FULL);
            }
        }
    }

    private final long seed = Scale.seed();

    @TempDir
    Path folder;

    static Stream<StoreKind> stores() {
        return StoreKind.chosenServers().filter(kind -> kind != StoreKind.REDIS_CLUSTER);
    }

    private static Backend through(TcpProxy network, Backend backend) {
        Server server = backend.servers().get(0);
        return new Backend(
                backend.url().replace(Server.HOST + ":" + server.port(), Server.HOST + ":" + network.port()),
                List.of());
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("stores")
    void aBrokenNetworkLosesNoJoinAndDoublesNoPart(StoreKind kind) throws Exception {
        int times = Scale.of(15, 300);
        List<Incident> incidents = List.of(Incident.values());
        try (Backend backend = kind.start(folder.resolve("server"));
                TcpProxy network = TcpProxy.to(backend.servers().get(0).port())) {
            Run run = new Run(
                    kind,
                    through(network, backend),
                    folder,
                    Behaviour.of(Trouble.THROWS, LEASE),
                    Load.of(Scale.of(200, 10_000)),
                    seed);
            run.disturb(times, number -> {
                run.busyNode();
                incidents.get(run.random().nextInt(incidents.size())).happenTo(network);
            });
            Incident.FULL_SPEED.happenTo(network);
            Audit audit = run.audit();
            assertThat(network.cuts()).isPositive();
            Results.add(
                    "network broken",
                    kind,
                    times,
                    run.joins(),
                    run.messages(),
                    audit.handOverCount(),
                    audit.lost(),
                    audit.repeated(Reason.KILL),
                    audit.repeated(Reason.LEASE),
                    audit.repeated(Reason.LAST_WRITE),
                    audit.repeated(Reason.THROWN),
                    audit.unexplained(),
                    "seed " + seed);
        }
    }

    /**
     * Step by step: whichever write is cut, its part counts once. A store of JDBC repeats a write whose answer was lost,
     * and the joiner recognises its own; a store of Redis says that it does not know, and the message comes again. Only if the
     * write would have completed the join does the joiner look whether it did.
     */
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("stores")
    void aWriteWhoseAnswerIsLostCountsOnce(StoreKind kind) throws Exception {
        List<String> handedOver = new ArrayList<>();
        try (Backend backend = kind.start(folder);
                TcpProxy network = TcpProxy.to(backend.servers().get(0).port());
                JoinStore<String, String> store = through(network, backend).open("answers");
                Joiner<Part, String> joiner = Joiner.create(
                        Part.joined(Duration.ofMinutes(1), (value, handOver) -> {
                                    handedOver.add(value);
                                    return value;
                                })
                                .build(),
                        store)) {
            int thing = 0;
            for (Incident incident : List.of(Incident.CUT_BEFORE_REQUEST, Incident.CUT_BEFORE_ANSWER)) {
                for (int cut = 0; cut < 3; cut++) {
                    int before = handedOver.size();
                    List<Part> parts = Part.all(thing++, 3);
                    acceptAll(joiner, parts.subList(0, cut));
                    incident.happenTo(network);
                    List<String> told = acceptUntilTaken(joiner, parts.get(cut));
                    acceptAll(joiner, parts.subList(cut + 1, 3));

                    String as = kind + ", " + incident + " at part " + cut;
                    assertThat(told).as(as).isEqualTo(expected(kind, incident, cut));
                    assertThat(joiner.sweep().failures()).isEmpty();
                    assertThat(handedOver.subList(before, handedOver.size()))
                            .as(as)
                            .singleElement()
                            .satisfies(value -> assertThat(
                                            Part.isWhole(parts.get(0).key(), value))
                                    .isTrue());
                }
            }
            assertThat(network.cuts()).isEqualTo(6);
        }
    }

    private static List<String> expected(StoreKind kind, Incident incident, int part) {
        String taken = part == 2 ? "Joined" : "Incomplete";
        boolean isWritten = incident == Incident.CUT_BEFORE_ANSWER;
        if (kind != StoreKind.REDIS || (isWritten && part == 2)) {
            return List.of(taken);
        }
        return List.of("StoreException", isWritten ? "Duplicate" : taken);
    }

    private static void acceptAll(Joiner<Part, String> joiner, List<Part> parts) {
        for (Part part : parts) {
            joiner.accept(part);
        }
    }

    /** What each try comes to. */
    private static List<String> acceptUntilTaken(Joiner<Part, String> joiner, Part part) {
        List<String> told = new ArrayList<>();
        for (int tries = 0; tries < 20; tries++) {
            try {
                told.add(joiner.accept(part).getClass().getSimpleName());
                return told;
            } catch (StoreException e) {
                told.add("StoreException");
            }
        }
        throw new AssertionError(part + " is never taken: " + told);
    }
}

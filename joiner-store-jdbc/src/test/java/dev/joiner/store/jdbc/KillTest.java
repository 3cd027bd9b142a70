package dev.joiner.store.jdbc;

import dev.joiner.store.jdbc.KillCampaign.Effects;
import dev.joiner.test.servers.PostgresServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a killed process leaves undone or half done, the next one does: once. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no signals")
class KillTest {
    private static final int A_FEW = 3;
    private static final List<String> TABLE = new ArrayList<>();

    @TempDir
    private Path folder;

    enum Database {
        POSTGRESQL,
        H2_FILE;

        /** As the store's own provider makes it. */
        String url(Path folder) {
            return this == POSTGRESQL
                    ? PostgresServer.shared().jdbcUrl()
                    : "jdbc:h2:async:" + folder.resolve("joins") + ";WRITE_DELAY=0";
        }
    }

    static Stream<Arguments> exactPoints() {
        return Stream.of(Database.values())
                .flatMap(database -> Stream.of(KillPoint.values())
                        .filter(point -> point != KillPoint.ANY_MOMENT)
                        .map(point -> Arguments.of(database, point)));
    }

    @ParameterizedTest
    @MethodSource("exactPoints")
    void effectsAreExactlyOnceWhereverTheProcessIsKilled(Database database, KillPoint point) throws Exception {
        new KillCampaign(database.url(folder), point, Effects.TRANSACTIONAL, A_FEW).run();
    }

    @Tag("slow")
    @ParameterizedTest
    @MethodSource("exactPoints")
    void effectsAreExactlyOnceHoweverOftenTheProcessIsKilled(Database database, KillPoint point) throws Exception {
        runToTable(database, point);
    }

    @Tag("slow")
    @ParameterizedTest
    @EnumSource(Database.class)
    void effectsAreExactlyOnceHoweverOftenTheProcessIsKilledAtAnyMoment(Database database) throws Exception {
        runToTable(database, KillPoint.ANY_MOMENT);
    }

    private void runToTable(Database database, KillPoint point) throws Exception {
        KillCampaign campaign =
                new KillCampaign(database.url(folder), point, Effects.TRANSACTIONAL, Integer.getInteger("kills", 100));
        try {
            campaign.run();
        } finally {
            TABLE.add("| " + database + campaign.result());
        }
    }

    @ParameterizedTest
    @EnumSource(Database.class)
    void withoutTheTransactionNoJoinIsLostAndNoneButTheKilledComesAgain(Database database) throws Exception {
        new KillCampaign(database.url(folder), KillPoint.INSIDE_PROCESS, Effects.AT_LEAST_ONCE, A_FEW).run();
    }

    @AfterAll
    static void printTable() {
        if (!TABLE.isEmpty()) {
            System.out.println("| database | killed | kills | by SIGKILL | joins | once | lost | more than once |");
            System.out.println("|---|---|---|---|---|---|---|---|");
            TABLE.forEach(System.out::println);
        }
    }
}

package dev.joiner.store.tck;

import static dev.joiner.Cause.COMPLETE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.JoinSpec;
import dev.joiner.SweepReport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Joins that were stored under a spec that asked for more than the one does that they are opened with. */
abstract class ReexaminationScenarios extends Scenarios {

    ReexaminationScenarios(Stores stores) {
        super(stores);
    }

    private String reexamine(Node node) {
        return Node.text(node.joiner().reexamine());
    }

    @Test
    void whatIsWholeNowIsHandedOverOnce() {
        Node before = node(whole(3));
        before.acceptEach("k:a", "k:b", "l:a");
        before.close();
        Node node = node(whole(2));
        assertThat(node.sweep()).as("no sweep asks").isEqualTo("nothing");

        assertThat(reexamine(node)).isEqualTo("joined 1");
        assertThat(process.calls()).containsExactly(Call.of("k:a+b", COMPLETE));
        assertThat(node.keys()).containsExactly("l");
        assertThat(reexamine(node)).isEqualTo("nothing");
    }

    @Test
    void everyPageIsLookedAt() {
        Node before = node(whole(3));
        before.acceptAll(
                IntStream.range(0, 1_200).mapToObj(i -> i / 2 + ":" + i).toArray(String[]::new));
        Node node = node(whole(2));

        assertThat(reexamine(node)).isEqualTo("joined 600");
        assertThat(process.calls()).hasSize(600).doesNotHaveDuplicates();
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void nodesThatAskAtTheSameMomentHandEachJoinOverOnce() throws Exception {
        Node before = node(whole(3));
        before.acceptAll(IntStream.range(0, 400).mapToObj(i -> i / 2 + ":" + i).toArray(String[]::new));

        Parallel.run(2, thread -> node(whole(2)).joiner().reexamine());

        assertThat(process.calls()).hasSize(200).doesNotHaveDuplicates();
        assertThat(before.isEmpty()).isTrue();
    }

    @Test
    void aKeptValueIsHandedOverAndStays() {
        Node before = node(whole(3));
        before.acceptEach("k:a", "k:b");
        Node node = node(whole(2).keepAfterJoin().expireAfter(HOUR).onExpired(expired));

        assertThat(reexamine(node)).isEqualTo("joined 1");
        assertThat(node.state("k")).isEqualTo("open a+b");
        assertThat(reexamine(node)).as("it was handed over before").isEqualTo("nothing");
    }

    @Test
    void aHandlerThatThrowsIsNamedAndStopsNoOther() {
        Node before = node(whole(3));
        before.acceptEach("1:a", "1:b", "2:c", "2:d", "3:e", "3:f");
        Node node = node(whole(2));
        process.failsFor("c+d");

        assertThat(reexamine(node)).isEqualTo("joined 2, failed [2]");
        assertThat(node.state("2")).isEqualTo("failed c+d COMPLETE 1");
    }

    @Test
    void atMostOnceAHandlerThatThrowsIsNamedAndStopsNoOther() {
        Node before = node(whole(3));
        before.acceptEach("1:a", "1:b", "2:c", "2:d", "3:e", "3:f");
        Node node = node(whole(2).atMostOnce());
        process.failsFor("c+d");

        assertThat(reexamine(node)).isEqualTo("joined 2, failed [2]");
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void aValueThatCannotBeTestedIsNamedAndStopsNoOther() {
        Node before = node(whole(3));
        before.acceptEach("1:a", "1:b", "2:c", "2:d", "3:e", "3:f");
        untestable.add("c");

        assertThat(reexamine(node(whole(2)))).isEqualTo("joined 2, failed [2]");
        assertThat(before.state("2")).isEqualTo("open c+d");
    }

    @Test
    void atMostOnceAValueThatCannotBeTestedIsNamedAndStopsNoOther() {
        Node before = node(whole(3));
        before.acceptEach("1:a", "1:b", "2:c", "2:d", "3:e", "3:f");
        untestable.add("c");

        assertThat(reexamine(node(whole(2).atMostOnce()))).isEqualTo("joined 2, failed [2]");
        assertThat(before.state("2")).isEqualTo("open c+d");
    }

    @Test
    void anEntryThatCannotBeReadIsNamedAndStopsNoOther() {
        Node before = node(whole(3));
        before.acceptEach("1:a", "1:b", "2:c", "2:d", "3:e", "3:f");
        FaultyStore<String, String> store = new FaultyStore<>(store());
        store.corrupt("2");
        store.corruptWithItsKey("3");

        SweepReport report = node(whole(2), store).joiner().reexamine();

        assertThat(Node.text(report)).isEqualTo("joined 1, failed [2, 3]");
    }

    @Test
    void anInterruptedThreadBeginsNothing() {
        JoinSpec.Builder<Message, String, String, String, String> spec = whole(2);
        node(whole(3)).acceptEach("k:a", "k:b", "l:a", "l:b");
        Node node = node(spec);
        process.doesOnce((value, handOver) -> Thread.currentThread().interrupt());

        assertThat(reexamine(node)).isEqualTo("joined 1");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(process.calls()).hasSize(1);
        assertThat(node.sweep()).isEqualTo("joined 1");
    }
}

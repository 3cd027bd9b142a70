package dev.joiner.benchmarks;

import dev.joiner.benchmarks.measure.Effort;
import dev.joiner.benchmarks.work.Work;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What is to be measured, and how long.
 *
 * @param works compared one after the other
 * @param growth numbers of open joins between which the cost in memory is to stay as it is
 * @param sweptOpen how many joins are open when a sweep is measured
 * @param heapJoins how many joins are held to see what they weigh
 * @param collected around which parts of a join that collects it is measured
 * @param folder for the data of servers
 */
record Plan(
        Effort effort,
        List<Work> works,
        List<Integer> growth,
        int sweptOpen,
        int heapJoins,
        List<Integer> collected,
        Path folder) {

    /** All combinations. */
    static List<Work> matrix(List<Integer> parts, List<Integer> bytes, List<Integer> open, List<Integer> threads) {
        List<Work> works = new ArrayList<>();
        for (int ofParts : parts) {
            for (int ofBytes : bytes) {
                for (int ofOpen : open) {
                    threads.forEach(count -> works.add(new Work(ofParts, ofBytes, ofOpen, count, 1)));
                }
            }
        }
        return works;
    }

    /** The work that aims without more words are about: the first of one thread. */
    boolean isUsual(Work work) {
        return works.stream()
                .filter(one -> one.threads() == 1)
                .findFirst()
                .filter(work::equals)
                .isPresent();
    }
}

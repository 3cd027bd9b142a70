package dev.joiner.benchmarks.report;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

/** What a run ran on. */
public record Machine(String description, List<String> versions) {

    /** This machine, with the names and versions of what takes part. */
    public static Machine here(List<String> versions) {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        String description = String.format(
                "%s: %d cores (shared by client and server), %d GiB of memory, %s on %s; %s %s",
                LocalDate.now(ZoneOffset.UTC),
                Runtime.getRuntime().availableProcessors(),
                Math.round(system.getTotalMemorySize() / (double) (1L << 30)),
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                System.getProperty("java.vm.name"),
                Runtime.version());
        return new Machine(description, versions);
    }

    String markdown() {
        return description + ".\n\n" + String.join(", ", versions) + ".\n";
    }
}

package dev.joiner.explorer;

import dev.joiner.explorer.Explorer.Findings;
import java.util.List;
import java.util.concurrent.Callable;

/** One exploration, for a caller that knows none of the classes here: another class loader. */
public final class Exploration implements Callable<String> {
    private final Setting setting;

    /**
     * Of one of the settings.
     *
     * @param setting its name
     * @param thorough whether it is disturbed more, which takes minutes
     */
    public Exploration(String setting, boolean thorough) {
        List<Setting> settings = thorough ? Settings.thorough() : Settings.brief();
        this.setting = settings.stream()
                .filter(each -> each.name().equals(setting))
                .findAny()
                .orElseThrow();
    }

    /** The shortest way to a broken promise, or nothing. */
    @Override
    public String call() {
        long began = System.nanoTime();
        Findings findings = Explorer.explore(setting);
        System.out.printf("%s %,8d ms%n", findings, (System.nanoTime() - began) / 1_000_000);
        if (findings.broken() != null) {
            return findings.broken();
        }
        boolean isWhole = findings.rests() > 0 && findings.steps() >= findings.worlds() - 1;
        return isWhole ? "" : setting.name() + " is not explored: " + findings;
    }
}

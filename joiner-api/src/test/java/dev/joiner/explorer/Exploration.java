package dev.joiner.explorer;

import java.util.concurrent.Callable;

/** One exploration, for a caller that knows none of the classes here: another class loader. */
public final class Exploration implements Callable<String> {
    private final Setting setting;

    /**
     * Of one of the settings.
     *
     * @param setting its name
     */
    public Exploration(String setting) {
        this.setting = Settings.brief().stream()
                .filter(each -> each.name().equals(setting))
                .findAny()
                .orElseThrow();
    }

    /** The shortest way to a broken promise, or nothing. */
    @Override
    public String call() {
        String broken = Explorer.explore(setting).broken();
        return broken == null ? "" : broken;
    }
}

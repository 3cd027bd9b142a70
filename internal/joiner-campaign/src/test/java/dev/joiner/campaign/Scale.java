package dev.joiner.campaign;

/** How much of the campaign runs: a short version with every build, or all of it ({@code -Dcampaign.size=full}). */
final class Scale {
    private Scale() {}

    static boolean isFull() {
        return "full".equals(System.getProperty("campaign.size"));
    }

    static int of(int inShort, int inFull) {
        return isFull() ? inFull : inShort;
    }

    /** Where random numbers begin: {@code -Dseed} repeats a run, as far as processes can be repeated. */
    static long seed() {
        return Long.getLong("seed", System.nanoTime());
    }
}

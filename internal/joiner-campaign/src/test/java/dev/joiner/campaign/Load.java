package dev.joiner.campaign;

/**
 * What a run has to join.
 *
 * @param joins how many things
 * @param killers how many of them halt the process that hands them over
 * @param largestBatch how many messages a node takes at once at most
 */
record Load(int joins, int killers, int largestBatch) {

    static Load of(int joins) {
        return new Load(joins, 0, 12);
    }
}

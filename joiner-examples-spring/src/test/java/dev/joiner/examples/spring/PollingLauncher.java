package dev.joiner.examples.spring;

import dev.joiner.examples.spring.polling.PollingOrders;

/** Starts the consumer of a table with a database of its own, and writes some messages to the table. */
final class PollingLauncher {
    private PollingLauncher() {}

    public static void main(String[] arguments) {
        Database database = Database.create();
        PollingOrders.main(database.options().toArray(String[]::new));
        Workload.of(10).messages().forEach(database::writeToInbox);
        database.printShipped(10);
    }
}

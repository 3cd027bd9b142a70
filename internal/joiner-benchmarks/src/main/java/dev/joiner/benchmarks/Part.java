package dev.joiner.benchmarks;

import dev.joiner.benchmarks.subject.Database.Product;

/** A part of the run, that can be run alone. */
enum Part {
    MEMORY,
    REDIS,
    H2,
    POSTGRESQL,
    MARIADB,
    /** Joins that collect, on all servers. */
    COLLECTING;

    /** The database that this part is about. */
    Product product() {
        return Product.valueOf(name());
    }
}

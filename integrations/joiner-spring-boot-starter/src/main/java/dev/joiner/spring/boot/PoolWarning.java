package dev.joiner.spring.boot;

import dev.joiner.spring.boot.JoinerProperties.CallersTransaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import javax.sql.DataSource;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;

/** Warns, when all joiners are made, of a pool that sweepers and callers could wait for without an end. */
final class PoolWarning implements SmartInitializingSingleton {
    private static final Log LOG = LogFactory.getLog(PoolWarning.class);

    private final DataSource dataSource;
    private final ObjectProvider<JoinerFactory> factory;
    private final ObjectProvider<Joins> joins;
    private final ObjectProvider<JoinerProperties> properties;

    PoolWarning(
            DataSource dataSource,
            ObjectProvider<JoinerFactory> factory,
            ObjectProvider<Joins> joins,
            ObjectProvider<JoinerProperties> properties) {
        this.dataSource = dataSource;
        this.factory = factory;
        this.joins = joins;
        this.properties = properties;
    }

    @Override
    public void afterSingletonsInstantiated() {
        warning().ifPresent(LOG::warn);
    }

    /** Returns what is wrong with the pool that joins are stored on; empty if that is not known. */
    Optional<String> warning() {
        OptionalInt size = IndependentConnections.maximumSize(dataSource);
        if (size.isEmpty() || !(factory.getIfAvailable() instanceof DataSourceJoinerFactory)) {
            return Optional.empty();
        }
        List<String> problems =
                problems(size.getAsInt(), joins.getObject().all().size(), properties.getObject());
        return problems.isEmpty()
                ? Optional.empty()
                : Optional.of("the pool has at most " + connections(size.getAsInt()) + " ("
                        + IndependentConnections.POOL_SIZE + "): " + String.join("; ", problems));
    }

    private static List<String> problems(int size, int joins, JoinerProperties properties) {
        List<String> problems = new ArrayList<>();
        if (size == 1 && properties.store().callersTransaction() == CallersTransaction.INDEPENDENT) {
            problems.add("a joiner that is called in a transaction needs a second one, and refuses the call; set "
                    + IndependentConnections.TAKE_PART + ", or have at least 2");
        }
        int threads = properties.sweep().threads();
        int sweeping = properties.sweep().enabled() ? joins * threads : 0;
        if (sweeping >= size) {
            problems.add("sweeps can hold all of them while callers wait, as " + joins + " x " + threads
                    + " threads sweep (joins x joiner.sweep.threads); have " + connections(sweeping)
                    + ", and one more for each thread that calls a joiner, or two if it does so in a transaction");
        }
        return problems;
    }

    private static String connections(int count) {
        return count == 1 ? "1 connection" : count + " connections";
    }
}

package dev.joiner.spring.boot;

import dev.joiner.spring.boot.JoinerProperties.CallersTransaction;
import java.util.ArrayList;
import java.util.List;
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
        OptionalInt size = IndependentConnections.maximumSize(dataSource);
        if (size.isPresent() && factory.getIfAvailable() instanceof DataSourceJoinerFactory) {
            int joined = joins.getObject().all().size();
            List<String> problems = problems(size.getAsInt(), joined, properties.getObject());
            if (!problems.isEmpty()) {
                LOG.warn("the pool has " + size.getAsInt() + " connection(s) at most ("
                        + IndependentConnections.POOL_SIZE + "): " + String.join("; ", problems));
            }
        }
    }

    /**
     * Says what cannot work with so few connections, or may come to a stop.
     *
     * @param joins how many are swept
     */
    static List<String> problems(int size, int joins, JoinerProperties properties) {
        List<String> problems = new ArrayList<>();
        if (size == 1 && properties.store().callersTransaction() == CallersTransaction.INDEPENDENT) {
            problems.add("a joiner that is called in a transaction needs a second one, and refuses the call; set "
                    + IndependentConnections.TAKE_PART + ", or have at least 2 connections");
        }
        int threads = properties.sweep().threads();
        int sweeping = properties.sweep().enabled() ? joins * threads : 0;
        if (sweeping >= size) {
            problems.add(
                    joins + " join(s) are swept by " + threads + " thread(s) each (joiner.sweep.threads), which can"
                            + " hold all of them and let callers wait; have " + sweeping
                            + " connection(s), and one more for each thread that calls a joiner, or two where it calls in a"
                            + " transaction");
        }
        return problems;
    }
}

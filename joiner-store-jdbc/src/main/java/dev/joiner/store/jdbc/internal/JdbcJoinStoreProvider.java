package dev.joiner.store.jdbc.internal;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.joiner.StoreException;
import dev.joiner.UnknownStoreException;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStoreConfig;
import dev.joiner.spi.JoinStoreProvider;
import dev.joiner.store.jdbc.JdbcJoinStore;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Opens {@code jdbc:} URLs of the known databases with a pool of HikariCP's, and creates the table if it is missing.
 *
 * <p>A file of H2 is told to keep what it has acknowledged ({@code WRITE_DELAY=0}), and not to close when a thread is
 * interrupted ({@code async:}) or when the JVM is asked to end ({@code DB_CLOSE_ON_EXIT=FALSE}): a program that then
 * finishes what it has begun still needs it. One in memory without a name gets one, as each connection would have a
 * database of its own otherwise.
 */
public final class JdbcJoinStoreProvider implements JoinStoreProvider {
    private static final Map<String, String> DRIVERS = new TreeMap<>(Map.of(
            "h2", "com.h2database:h2",
            "postgresql", "org.postgresql:postgresql",
            "mariadb", "org.mariadb.jdbc:mariadb-java-client",
            "mysql", "com.mysql:mysql-connector-j"));

    private static final int H2_FILE_IN_USE = 90020;

    /** A path that names its file system; one letter is a drive. */
    private static final Pattern FILE_SYSTEM = Pattern.compile("\\w{2,}:");

    private static final Pattern SECRET =
            Pattern.compile("\\w*password\\w*=([^&;]*)|//[^/@:]*:([^/@]*)@", Pattern.CASE_INSENSITIVE);

    @Override
    public Set<String> schemes() {
        return Set.of("jdbc");
    }

    @Override
    public <K, V> JoinStore<K, V> open(String url, JoinStoreConfig<K, V> config) {
        JdbcUrl parsed = JdbcUrl.of(url);
        String driver = DRIVERS.get(parsed.database());
        if (driver == null) {
            throw new IllegalArgumentException(
                    "jdbc: opens databases of " + DRIVERS.keySet() + ", not of \"" + parsed.database() + "\"");
        }
        requireDriver(parsed, driver);
        HikariDataSource pool = open(parsed);
        try {
            return JdbcJoinStore.builder(pool)
                    .namespace(config.namespace())
                    .keyCodec(config.keys())
                    .valueCodec(config.values())
                    .createTableIfMissing()
                    .closeDataSource()
                    .build();
        } catch (RuntimeException e) {
            pool.close();
            throw e;
        }
    }

    private static void requireDriver(JdbcUrl url, String artifact) {
        try {
            DriverManager.getDriver(url.text());
        } catch (SQLException e) {
            throw new UnknownStoreException("no driver for jdbc:" + url.database() + ": add " + artifact);
        }
    }

    private static HikariDataSource open(JdbcUrl url) {
        try {
            HikariConfig config = new HikariConfig();
            config.setPoolName("joiner");
            config.setJdbcUrl(url.completed());
            if (url.database().equals("mysql")) {
                // The driver asks the server before each write whether it may write, unless it is told not to.
                config.addDataSourceProperty("readOnlyPropagatesToServer", "false");
            }
            return new HikariDataSource(config);
        } catch (NoClassDefFoundError e) {
            throw new UnknownStoreException("no pool for jdbc: add com.zaxxer:HikariCP");
        } catch (RuntimeException e) {
            throw url.failed(e);
        }
    }

    /** A URL, and what of it may be shown. */
    private record JdbcUrl(String text, String database) {

        static JdbcUrl of(String url) {
            String rest = url.substring("jdbc:".length());
            String database = rest.substring(0, Math.max(0, rest.indexOf(':')));
            return new JdbcUrl("jdbc:" + rest, database.toLowerCase(Locale.ROOT));
        }

        String completed() {
            if (!database.equals("h2")) {
                return text;
            }
            String rest = text.substring("jdbc:h2:".length());
            if (rest.startsWith("mem:")) {
                String name = rest.substring("mem:".length());
                return name.isEmpty() || name.startsWith(";") ? "jdbc:h2:mem:" + UUID.randomUUID() + name : text;
            }
            if (rest.startsWith("tcp:") || rest.startsWith("ssl:")) {
                return text;
            }
            String path = rest.startsWith("file:") ? rest.substring("file:".length()) : rest;
            return "jdbc:h2:"
                    + (FILE_SYSTEM.matcher(path).lookingAt() ? path : "async:" + path)
                    + unlessSet("WRITE_DELAY", "0")
                    + unlessSet("DB_CLOSE_ON_EXIT", "FALSE");
        }

        private String unlessSet(String option, String value) {
            return text.toUpperCase(Locale.ROOT).contains(";" + option + "=") ? "" : ";" + option + "=" + value;
        }

        /** Messages of drivers may hold the URL, and the URL a password; so may what caused them. */
        StoreException failed(Throwable e) {
            Set<String> secrets = new HashSet<>();
            for (Matcher secret = SECRET.matcher(text); secret.find(); ) {
                String found = Objects.requireNonNullElse(secret.group(1), secret.group(2));
                secrets.add(found);
                secrets.add(URLDecoder.decode(found, StandardCharsets.UTF_8));
            }
            secrets.remove("");
            String problem = problem(e).replace(text, "(the URL)");
            for (String secret : secrets) {
                problem = problem.replace(secret, "***");
            }
            return new StoreException(
                    "jdbc:" + database + " cannot be opened: " + problem, secrets.isEmpty() ? e : null);
        }

        /** The database's own words, if it has any, and what they leave out: a host that has no address, say. */
        private static String problem(Throwable e) {
            Throwable told = e;
            Throwable root = e;
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                told = cause instanceof SQLException ? cause : told;
                root = cause;
            }
            if (told instanceof SQLException database && database.getErrorCode() == H2_FILE_IN_USE) {
                return "its file is in use, and is for one process at a time";
            }
            String problem = String.valueOf(told.getMessage());
            String rest = String.valueOf(root.getMessage());
            return problem.contains(rest)
                    ? problem
                    : problem + " (" + root.getClass().getSimpleName() + ": " + rest + ")";
        }
    }
}

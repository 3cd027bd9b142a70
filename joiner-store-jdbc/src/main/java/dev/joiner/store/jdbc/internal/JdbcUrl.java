package dev.joiner.store.jdbc.internal;

import dev.joiner.StoreException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A URL of a database, and what of it may be shown.
 *
 * @param text without Joiner's own options
 * @param database the name of the database in it, in lower case
 * @param options Joiner's own
 */
record JdbcUrl(String text, String database, Map<String, String> options) {
    private static final Set<String> OPTIONS =
            Set.of("table", "createTable", "cacheBytes", "maxEntryBytes", "lockTimeout", "poolSize", "pooling");

    private static final int H2_FILE_IN_USE = 90020;
    /** How long H2 keeps a note of each state and part that was read: by default five minutes, in the heap. */
    private static final String LOB_TIMEOUT_MILLIS = "1000";

    /** H2's file system that survives the interrupt of a thread. */
    private static final String ASYNC = "async:";

    /** A path that names its file system; one letter is a drive. */
    private static final Pattern FILE_SYSTEM = Pattern.compile("\\w{2,}:");

    private static final Pattern SECRET =
            Pattern.compile("\\w*password\\w*=([^&;]*)|//[^/@:]*:([^/@]*)@", Pattern.CASE_INSENSITIVE);

    /** @throws IllegalArgumentException if an option is set twice */
    static JdbcUrl of(String url) {
        String rest = url.substring("jdbc:".length());
        String database = rest.substring(0, Math.max(0, rest.indexOf(':'))).toLowerCase(Locale.ROOT);
        boolean isH2 = database.equals("h2");
        int begin = rest.indexOf(isH2 ? ';' : '?');
        if (begin < 0) {
            return new JdbcUrl("jdbc:" + rest, database, Map.of());
        }
        String separator = isH2 ? ";" : "&";
        Map<String, String> options = new TreeMap<>();
        StringJoiner others = new StringJoiner(separator, rest.substring(begin, begin + 1), "").setEmptyValue("");
        for (String setting : rest.substring(begin + 1).split(separator, -1)) {
            String[] nameAndValue = setting.split("=", 2);
            if (!OPTIONS.contains(nameAndValue[0])) {
                others.add(setting);
            } else if (options.put(nameAndValue[0], nameAndValue.length < 2 ? "" : nameAndValue[1]) != null) {
                throw new IllegalArgumentException(
                        "jdbc:" + database + ": option " + nameAndValue[0] + " is set twice");
            }
        }
        return new JdbcUrl("jdbc:" + rest.substring(0, begin) + others, database, options);
    }

    Optional<String> option(String name) {
        return Optional.ofNullable(options.get(name));
    }

    /** @throws IllegalArgumentException if the option is set, and is not one of the words */
    Optional<String> option(String name, String... words) {
        String value = options.get(name);
        if (value != null && !List.of(words).contains(value)) {
            throw new IllegalArgumentException(
                    this + ": " + name + " is \"" + value + "\", must be " + String.join(" or ", words));
        }
        return Optional.ofNullable(value);
    }

    /** @throws IllegalArgumentException if the option is set, and is not a number from the least to the most */
    OptionalLong number(String name, long least, long most) {
        String value = options.get(name);
        if (value == null) {
            return OptionalLong.empty();
        }
        try {
            long number = Long.parseLong(value);
            if (number >= least && number <= most) {
                return OptionalLong.of(number);
            }
        } catch (NumberFormatException e) {
            // reported below
        }
        throw new IllegalArgumentException(
                this + ": " + name + " is \"" + value + "\", must be a number from " + least + " to " + most);
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
                + (FILE_SYSTEM.matcher(path).lookingAt() ? path : ASYNC + path)
                + unlessSet("WRITE_DELAY", "0")
                + unlessSet("DB_CLOSE_ON_EXIT", "FALSE")
                + unlessSet("LOB_TIMEOUT", LOB_TIMEOUT_MILLIS)
                + unlessSet("TRACE_LEVEL_FILE", "0");
    }

    private String unlessSet(String option, String value) {
        return text.toUpperCase(Locale.ROOT).contains(";" + option + "=") ? "" : ";" + option + "=" + value;
    }

    /** The file that a database of H2's in a file of the default file system begins with. */
    Optional<Path> fileOfH2() {
        String rest = text.replaceFirst("(?i)^jdbc:h2:(file:)?", "");
        String path = rest.split(";", 2)[0];
        if (!database.equals("h2")
                || rest.toUpperCase(Locale.ROOT).contains(";IFEXISTS=TRUE")
                || FILE_SYSTEM.matcher(path).lookingAt()) {
            return Optional.empty();
        }
        Path file = Path.of(
                path.replaceFirst("^~(?=/)", Matcher.quoteReplacement(System.getProperty("user.home"))) + ".mv.db");
        boolean isTaken = file.isAbsolute() || path.startsWith("."); // H2 refuses a name alone
        return Optional.of(file).filter(taken -> isTaken);
    }

    @Override
    public String toString() {
        return "jdbc:" + database;
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
        String problem = problemOfThisUrl(e).replace(text, database.equals("h2") ? shown() : "(the URL)");
        for (String secret : secrets) {
            problem = problem.replace(secret, "***");
        }
        return new StoreException(shown() + " cannot be opened: " + problem, secrets.isEmpty() ? e : null);
    }

    /** The URL without options, if its database is one of H2's: it is all that its user knows the database by. */
    private String shown() {
        return database.equals("h2") ? text.split(";", 2)[0] : toString();
    }

    /** H2 knows the completed URL, and not the one that its user wrote. */
    private String problemOfThisUrl(Throwable e) {
        String completed = completed();
        if (completed.equals(text)) {
            return problem(e);
        }
        String problem = problem(e).replace(completed, shown());
        return text.contains(ASYNC) ? problem : problem.replace(ASYNC, "");
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

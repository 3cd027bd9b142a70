package dev.joiner.store.redis.internal;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;

/**
 * A URL of one or more Redis servers: {@code scheme://[[user]:password@]host[:port][,host[:port]...][/database][?options]}.
 *
 * <p>Messages say what is wrong, and show a value only where it cannot be part of a password.
 */
final class RedisUrl {
    private static final String AT_AFTER_HOST =
            "there is an @ after the host: in a user or password write /, ?, #, @ and % as %2F, %3F, %23, %40 and %25";

    final String scheme;
    final @Nullable String user;
    final @Nullable String password;
    final Set<HostAndPort> hosts;
    final int database;
    private final Map<String, String> options;

    RedisUrl(String url, int defaultPort) {
        int colon = url.indexOf(':');
        scheme = url.substring(0, Math.max(0, colon)).toLowerCase(Locale.ROOT);
        if (!url.startsWith("//", colon + 1)) {
            throw wrong("must be followed by //");
        }
        String rest = url.substring(colon + 3);
        String authority = rest.split("[/?#]", 2)[0];
        String behind = rest.substring(authority.length());
        if (behind.indexOf('@') >= 0) {
            throw wrong(AT_AFTER_HOST);
        }
        if (behind.indexOf('#') >= 0) {
            throw wrong("there is a #, which has no meaning here");
        }
        int at = authority.lastIndexOf('@');
        String login = at < 0 ? null : authority.substring(0, at);
        int separator = login == null ? -1 : login.indexOf(':');
        if (login != null && separator < 0) {
            throw wrong("there is a user without a password: write user:password@ or :password@");
        }
        user = login == null || separator == 0 ? null : decoded(login.substring(0, separator));
        password = login == null ? null : decoded(login.substring(separator + 1));
        hosts = hosts(authority.substring(at + 1), defaultPort);
        int mark = behind.indexOf('?');
        database = database(mark < 0 ? behind : behind.substring(0, mark));
        options = options(mark < 0 ? "" : behind.substring(mark + 1));
    }

    private Set<HostAndPort> hosts(String text, int defaultPort) {
        Set<HostAndPort> found = new LinkedHashSet<>();
        for (String host : text.split(",", -1)) {
            int end = host.startsWith("[")
                    ? host.indexOf(']') + 1
                    : host.indexOf(':') < 0 ? host.length() : host.indexOf(':');
            String name = host.substring(0, end);
            String port = host.substring(end);
            if (name.isEmpty() || !(port.isEmpty() || port.startsWith(":"))) {
                throw wrong("a host is missing, or is not valid");
            }
            String bare = name.startsWith("[") ? name.substring(1, end - 1) : name;
            found.add(new HostAndPort(
                    bare, port.isEmpty() ? defaultPort : number("a port", port.substring(1), 1, 65_535)));
        }
        return found;
    }

    private int database(String path) {
        return path.length() < 2 ? 0 : number("the database", path.substring(1), 0, Integer.MAX_VALUE);
    }

    private int number(String what, String text, int least, int most) {
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // It may be part of a password, so it is not shown.
        }
        throw wrong(what + " must be a number from " + least + " to " + most);
    }

    private Map<String, String> options(String query) {
        Map<String, String> found = new LinkedHashMap<>();
        for (String option : query.split("&", -1)) {
            int equal = option.indexOf('=');
            String name = equal < 0 ? option : option.substring(0, equal);
            String value = equal < 0 ? "" : decoded(option.substring(equal + 1));
            if (!option.isEmpty() && found.put(name, value) != null) {
                throw wrong("option " + name + " is set twice");
            }
        }
        return found;
    }

    private String decoded(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw wrong("a % is not followed by two hexadecimal digits"); // the cause would show what is
        }
    }

    /** Removes an option and returns its value, so that only unknown options are left in the end. */
    @Nullable
    String option(String name) {
        return options.remove(name);
    }

    /** Does {@link #option(String)} for an option that is a number. */
    long option(String name, long otherwise, long least, long most) {
        String value = option(name);
        if (value == null) {
            return otherwise;
        }
        try {
            long number = Long.parseLong(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // reported below
        }
        throw wrong(name + " is \"" + value + "\", must be a number from " + least + " to " + most);
    }

    void refuseOtherOptions() {
        List<String> unknown = new ArrayList<>(options.keySet());
        if (!unknown.isEmpty()) {
            throw wrong("there is no option \"" + unknown.get(0) + '"');
        }
    }

    IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException(scheme + ": " + what);
    }

    /** Without user, password and options. */
    @Override
    public String toString() {
        return scheme + "://"
                + String.join(",", hosts.stream().map(HostAndPort::toString).toList()) + '/' + database;
    }
}

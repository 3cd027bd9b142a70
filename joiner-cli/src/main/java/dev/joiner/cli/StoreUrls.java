package dev.joiner.cli;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The forms that the URLs of stores have. */
final class StoreUrls {
    private static final Map<String, String> FORMS = new LinkedHashMap<>();
    private static final Pattern BEGINNING = Pattern.compile("[A-Za-z0-9+]+(:[A-Za-z0-9+]+(?=:))?");
    private static final Pattern FILE = Pattern.compile("[\\\\/.\\w-]+");

    static {
        FORMS.put("memory", "memory:");
        FORMS.put("caffeine", "caffeine:?maximumSize=N");
        FORMS.put("jdbc:h2", "jdbc:h2:./joins");
        FORMS.put("jdbc:postgresql", "jdbc:postgresql://HOST/DB");
        FORMS.put("jdbc:mariadb", "jdbc:mariadb://HOST/DB");
        FORMS.put("redis", "redis://HOST");
        FORMS.put("rediss", "rediss://HOST");
        FORMS.put("redis+cluster", "redis+cluster://HOST");
        FORMS.put("redis+sentinel", "redis+sentinel://HOST");
        // As they are often written
        FORMS.put("h2", "jdbc:h2:./joins");
        FORMS.put("postgres", "jdbc:postgresql://HOST/DB");
        FORMS.put("postgresql", "jdbc:postgresql://HOST/DB");
        FORMS.put("jdbc:postgres", "jdbc:postgresql://HOST/DB");
        FORMS.put("mariadb", "jdbc:mariadb://HOST/DB");
        FORMS.put("mysql", "jdbc:mariadb://HOST/DB");
        FORMS.put("jdbc:mysql", "jdbc:mariadb://HOST/DB");
    }

    private StoreUrls() {}

    /** The form that a URL which is none resembles. Shows nothing of the URL, which may hold a password. */
    static Optional<String> resembling(String url) {
        Matcher beginning = BEGINNING.matcher(url);
        if (!beginning.lookingAt()) {
            return FILE.matcher(url).matches() ? Optional.of("jdbc:h2:./joins") : Optional.empty();
        }
        Optional<String> form = Spelling.closest(beginning.group().toLowerCase(Locale.ROOT), FORMS.keySet());
        return form.map(FORMS::get)
                .or(() -> FILE.matcher(url).matches() ? Optional.of("jdbc:h2:./joins") : Optional.empty());
    }
}

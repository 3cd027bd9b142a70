package dev.joiner.store.tck;

import java.util.Locale;
import java.util.TimeZone;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Runs tests where letters change case in another way than in English, and where the clock is not off by whole hours:
 * what depends on either shows.
 */
final class ForeignPlace implements BeforeAllCallback, AfterAllCallback {
    private @Nullable Locale locale;
    private @Nullable TimeZone zone;

    @Override
    public void beforeAll(ExtensionContext context) {
        if (locale == null) {
            locale = Locale.getDefault();
            zone = TimeZone.getDefault();
        }
        Locale.setDefault(Locale.forLanguageTag("tr-TR"));
        TimeZone.setDefault(TimeZone.getTimeZone("Asia/Colombo"));
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (locale != null && zone != null) {
            Locale.setDefault(locale);
            TimeZone.setDefault(zone);
        }
    }
}

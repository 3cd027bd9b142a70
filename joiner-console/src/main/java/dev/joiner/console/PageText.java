package dev.joiner.console;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A page in one piece: its style and its script stand in it, and a browser runs these and no others, as their hashes are named.
 *
 * @param policy what the browser may do with it, as in the header {@code Content-Security-Policy}
 */
record PageText(String html, String policy) {
    private static final String STYLE = resource("console.css");
    private static final String SCRIPT = resource("console.js");
    private static final String ICON = "img-src data:";
    private static final String NOTHING = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'";

    static PageText console(ObjectNode data) {
        return page(data, "connect-src 'self'; form-action 'none'");
    }

    /** A page that asks no server for anything. A file has no headers, so the policy stands in it. */
    static PageText report(ObjectNode data) {
        return page(data, "form-action 'none'");
    }

    private static PageText page(ObjectNode data, String more) {
        String policy =
                NOTHING + "; " + ICON + "; style-src " + hash(STYLE) + "; script-src " + hash(SCRIPT) + "; " + more;
        String html = resource("console.html")
                .replace("{{policy}}", policy.replace("; frame-ancestors 'none'", "")) // is not known in a page
                .replace("{{style}}", STYLE)
                .replace("{{script}}", SCRIPT)
                .replace("{{data}}", Json.inHtml(data));
        return new PageText(html, policy);
    }

    static PageText login(boolean isRefused) {
        String html = resource("login.html")
                .replace("{{style}}", STYLE)
                .replace(
                        "{{problem}}",
                        isRefused ? "<p role=\"alert\" class=\"problem\">This is not the token.</p>" : "");
        return new PageText(html, NOTHING + "; " + ICON + "; style-src " + hash(STYLE) + "; form-action 'self'");
    }

    Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>(headers("text/html; charset=utf-8"));
        headers.put("Content-Security-Policy", policy);
        return headers;
    }

    /** What goes with everything. With another referrer policy, browsers would name no origin of a form. */
    static Map<String, String> headers(String type) {
        return Map.of(
                "Content-Type", type,
                "Content-Security-Policy", NOTHING,
                "X-Content-Type-Options", "nosniff",
                "X-Frame-Options", "DENY",
                "Referrer-Policy", "same-origin",
                "Cross-Origin-Opener-Policy", "same-origin",
                "Cross-Origin-Resource-Policy", "same-origin",
                "Cache-Control", "no-store");
    }

    private static String hash(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(hash) + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String resource(String name) {
        try (InputStream in = PageText.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing in the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package dev.joiner.cli;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * What a browser has to know before it is shown anything.
 *
 * @param text as people are told it
 * @param session what a browser is given instead, once it has shown the token: that is nowhere but in its cookie
 */
record ConsoleToken(String text, String session) {
    private static final int BYTES = 24;
    private static final String BEARER = "Bearer ";
    private static final String COOKIE = "joiner-console-";

    static ConsoleToken random() {
        SecureRandom random = new SecureRandom();
        return new ConsoleToken(text(random), text(random));
    }

    private static String text(SecureRandom random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Takes as long for a guess that is nearly right as for any other. */
    boolean isShownBy(@Nullable String guess) {
        return guess != null && areEqual(guess, text);
    }

    /**
     * Tells whether a request may be answered.
     *
     * @param authorization the header of that name
     * @param cookies the header {@code Cookie}
     * @param port of the server: cookies know none
     */
    boolean admits(@Nullable String authorization, @Nullable String cookies, int port) {
        if (authorization != null && authorization.startsWith(BEARER)) {
            return isShownBy(authorization.substring(BEARER.length()).strip());
        }
        for (String cookie : cookies == null ? new String[0] : cookies.split(";", -1)) {
            String[] pair = cookie.strip().split("=", 2);
            if (pair.length == 2 && pair[0].equals(COOKIE + port) && areEqual(pair[1], session)) {
                return true;
            }
        }
        return false;
    }

    /** Gone with the browser; no script sees it, and no other site can have it sent. Other ports of the same host get it. */
    String cookie(int port) {
        return COOKIE + port + "=" + session + "; Path=/; HttpOnly; SameSite=Strict";
    }

    private static boolean areEqual(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }
}

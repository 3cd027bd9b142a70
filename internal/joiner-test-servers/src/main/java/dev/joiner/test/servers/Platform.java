package dev.joiner.test.servers;

import java.util.Locale;

/** The operating system and the processor that this JVM runs on. */
enum Platform {
    LINUX_AMD64,
    LINUX_ARM64,
    MAC_AMD64,
    MAC_ARM64,
    OTHER;

    static Platform current() {
        return of(System.getProperty("os.name"), System.getProperty("os.arch"));
    }

    static Platform of(String osName, String osArch) {
        String os = osName.toLowerCase(Locale.ROOT);
        boolean amd64 = osArch.equals("amd64") || osArch.equals("x86_64");
        if (!amd64 && !osArch.equals("aarch64")) {
            return OTHER;
        }
        if (os.startsWith("linux")) {
            return amd64 ? LINUX_AMD64 : LINUX_ARM64;
        }
        if (os.startsWith("mac")) {
            return amd64 ? MAC_AMD64 : MAC_ARM64;
        }
        return OTHER;
    }

    /** Returns what to throw where a server has no binary for this platform. */
    static UnsupportedOperationException lacks(String server) {
        return new UnsupportedOperationException("There is no " + server + " for tests on "
                + System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    }
}

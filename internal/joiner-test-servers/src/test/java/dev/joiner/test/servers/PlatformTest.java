package dev.joiner.test.servers;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlatformTest {
    @ParameterizedTest
    @CsvSource({
        "Linux, amd64, LINUX_AMD64",
        "Linux, aarch64, LINUX_ARM64",
        "Linux, riscv64, OTHER",
        "Mac OS X, x86_64, MAC_AMD64",
        "Mac OS X, aarch64, MAC_ARM64",
        "Windows 11, amd64, OTHER"
    })
    void isKnownByWhatTheJvmSays(String osName, String osArch, Platform platform) {
        assertThat(Platform.of(osName, osArch)).isEqualTo(platform);
    }

    @Test
    void lackOfBinaryNamesThePlatform() {
        assertThat(Platform.lacks("Redis"))
                .hasMessageStartingWith("There is no Redis for tests on ")
                .hasMessageContaining(System.getProperty("os.name"))
                .hasMessageEndingWith(System.getProperty("os.arch"));
    }
}

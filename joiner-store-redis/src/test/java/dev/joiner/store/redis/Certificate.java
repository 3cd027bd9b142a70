package dev.joiner.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;

/**
 * A certificate that nobody has signed but itself.
 *
 * @param pem the certificate, for a server
 * @param key its private key, for a server
 * @param store both, for clients
 */
record Certificate(Path pem, Path key, Path store) {
    private static final String PASSWORD = "changeit";

    /** Makes one in a folder for a host, named as {@code keytool} wants it. */
    static Certificate of(String host, Path folder) throws Exception {
        Path store = folder.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "redis",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=redis",
                        "-ext",
                        "san=" + host,
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keytool.log").toFile())
                .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        return new Certificate(
                pem(folder, "CERTIFICATE", keys.getCertificate("redis").getEncoded()),
                pem(
                        folder,
                        "PRIVATE KEY",
                        keys.getKey("redis", PASSWORD.toCharArray()).getEncoded()),
                store);
    }

    private static Path pem(Path folder, String what, byte[] encoded) throws Exception {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
        return Files.writeString(
                folder.resolve(what + ".pem"),
                "-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n");
    }

    /** The options of a URL that let a client trust it. */
    String options() {
        return "trustStore=" + store + "&trustStorePassword=" + PASSWORD;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.serai.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certificate authority of a test, and one certificate of its for {@code localhost} and {@code 127.0.0.1}, as PEM files. */
public final class TestAuthority {

    private static final String PASSWORD = "changeit";

    private final Path folder;

    private TestAuthority(Path folder) {
        this.folder = folder;
    }

    /** Takes about four seconds: keytool is started five times. */
    public static TestAuthority in(Path folder) {
        var authority = new TestAuthority(folder);
        authority.make();
        return authority;
    }

    /** The authority's own certificate. */
    public Path root() {
        return folder.resolve("ca.pem");
    }

    public Path certificate() {
        return folder.resolve("server.pem");
    }

    /** Without a passphrase. */
    public Path key() {
        return folder.resolve("server.key");
    }

    /** Trusts what the authority has signed, and nothing else. */
    public SSLContext trusting() {
        try {
            var keys = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            var trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("ca", store("ca.p12").getCertificate("ca"));
            keys.init(trusted);
            var tls = SSLContext.getInstance("TLS");
            tls.init(null, keys.getTrustManagers(), null);
            return tls;
        } catch (GeneralSecurityException | IOException broken) {
            throw new IllegalStateException(broken);
        }
    }

    private void make() {
        try {
            pair("ca.p12", "ca", "CN=Test CA", "bc:c=ca:true");
            pair("server.p12", "server", "CN=localhost", "SAN=DNS:localhost,IP:127.0.0.1");
            keytool("-certreq", "-keystore", "server.p12", "-alias", "server", "-file", "server.csr");
            keytool(
                    "-gencert",
                    "-keystore",
                    "ca.p12",
                    "-alias",
                    "ca",
                    "-infile",
                    "server.csr",
                    "-outfile",
                    "server.pem",
                    "-rfc",
                    "-validity",
                    "2",
                    "-ext",
                    "SAN=DNS:localhost,IP:127.0.0.1");
            keytool("-exportcert", "-keystore", "ca.p12", "-alias", "ca", "-rfc", "-file", "ca.pem");
            var key = store("server.p12").getKey("server", PASSWORD.toCharArray());
            Files.createFile(key(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(
                    key(),
                    "-----BEGIN PRIVATE KEY-----\n"
                            + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                                    .encodeToString(key.getEncoded())
                            + "\n-----END PRIVATE KEY-----\n");
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException(broken);
        }
    }

    private void pair(String store, String alias, String name, String extension) throws IOException {
        keytool(
                "-genkeypair",
                "-keystore",
                store,
                "-alias",
                alias,
                "-dname",
                name,
                "-ext",
                extension,
                "-keyalg",
                "RSA",
                "-keysize",
                "2048",
                "-validity",
                "2");
    }

    private KeyStore store(String name) throws GeneralSecurityException, IOException {
        var store = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(folder.resolve(name))) {
            store.load(in, PASSWORD.toCharArray());
        }
        return store;
    }

    private void keytool(String... words) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(words));
        command.addAll(List.of("-storepass", PASSWORD, "-storetype", "PKCS12"));
        var log = folder.resolve("keytool.log");
        try {
            var exit = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start()
                    .waitFor();
            if (exit != 0) {
                throw new IllegalStateException(
                        "making certificates: keytool ended with %d:%n%s".formatted(exit, Files.readString(log)));
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.serai.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs {@code postgres} on a cluster of its own in a temporary folder.
 *
 * <p>PostgreSQL refuses to run as root: root runs it as the user {@code postgres}, which its package creates.
 */
final class PrivatePostgres implements AutoCloseable {

    private final ServerProcess process;
    private final ProcessBuilder server;

    PrivatePostgres(Path folder, int port, String user, String password, @Nullable TestAuthority tls) {
        var programs = Programs.postgres().orElseThrow().resolveSibling("");
        var data = folder.resolve("data").toString();
        process = new ServerProcess(folder);
        server = program(
                folder,
                programs.resolve("postgres").toString(),
                "-D",
                data,
                "-p",
                Integer.toString(port),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=",
                "-c",
                "max_connections=300",
                "-c",
                "fsync=off");
        if (tls != null) {
            server.command().addAll(secured(folder, tls));
        }
        initialise(folder, programs.resolve("initdb").toString(), data, user, password);
    }

    void start() {
        process.start(server);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    void kill9() {
        process.kill9();
    }

    void stop() {
        process.stop("INT"); // "fast": TERM would wait for all clients to leave
    }

    String output() {
        return process.output();
    }

    @Override
    public void close() {
        process.close();
    }

    /** Copies, since PostgreSQL wants to own its key. */
    private static List<String> secured(Path folder, TestAuthority tls) {
        try {
            var certificate = Files.copy(tls.certificate(), folder.resolve("server.pem"));
            var key = Files.copy(tls.key(), folder.resolve("server.key"), StandardCopyOption.COPY_ATTRIBUTES);
            if (Programs.runningAsRoot()) {
                var owner =
                        folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("postgres");
                Files.setOwner(certificate, owner);
                Files.setOwner(key, owner);
            }
            var clients = Files.writeString(folder.resolve("hba"), "hostssl all all 127.0.0.1/32 scram-sha-256\n");
            return List.of(
                    "-c", "ssl=on",
                    "-c", "ssl_cert_file=" + certificate,
                    "-c", "ssl_key_file=" + key,
                    "-c", "hba_file=" + clients);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void initialise(Path folder, String initdb, String data, String user, String password) {
        try {
            var secret = Files.writeString(folder.resolve("password"), password);
            if (Programs.runningAsRoot()) {
                var owner =
                        folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("postgres");
                Files.setOwner(folder, owner);
                Files.setOwner(secret, owner);
            }
            var log = folder.resolve("initdb.log");
            var exit = program(
                            folder,
                            initdb,
                            "-D",
                            data,
                            "-U",
                            user,
                            "--pwfile=" + secret,
                            "--auth=scram-sha-256",
                            "--encoding=UTF8",
                            "--locale=C",
                            "--no-sync")
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start()
                    .waitFor();
            if (exit != 0) {
                throw new IllegalStateException("making a PostgreSQL cluster: initdb ended with %d:%n%s"
                        .formatted(exit, Files.readString(log)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static ProcessBuilder program(Path folder, String... command) {
        var words = new ArrayList<String>();
        if (Programs.runningAsRoot()) {
            // Unlike su and runuser it becomes the program instead of waiting for it: the pid we know is the one to
            // kill.
            words.addAll(List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"));
        }
        words.addAll(List.of(command));
        var builder = new ProcessBuilder(words).directory(folder.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        return builder;
    }
}

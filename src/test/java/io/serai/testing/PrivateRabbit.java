// SPDX-License-Identifier: Apache-2.0
package io.serai.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs {@code rabbitmq-server} apart from any other on this machine: own folder, ports, configuration, cookie and Erlang
 * port mapper, as the user who runs the tests.
 */
final class PrivateRabbit implements AutoCloseable {

    private final ProcessBuilder epmd;
    private final ProcessBuilder rabbit;
    private final ServerProcess epmdProcess;
    private final ServerProcess rabbitProcess;

    /**
     * @param managementPort 0 for no management API
     * @param more lines of its configuration
     */
    PrivateRabbit(
            Path folder,
            int port,
            int managementPort,
            String user,
            String password,
            @Nullable TestAuthority tls,
            String more) {
        var environment = new HashMap<String, String>();
        var epmdPort = FreePort.next();
        try {
            var mapperFolder = Files.createDirectory(folder.resolve("epmd"));
            Files.writeString(folder.resolve("env.conf"), ""); // else /etc/rabbitmq/rabbitmq-env.conf counts
            Files.writeString(
                    folder.resolve("rabbitmq.conf"),
                    configuration(port, managementPort, user, password, tls) + more + "\n");
            Files.writeString(folder.resolve("plugins"), managementPort == 0 ? "[]." : "[rabbitmq_management].");
            epmdProcess = new ServerProcess(mapperFolder);
            rabbitProcess = new ServerProcess(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        environment.put("HOME", folder.toString()); // for a cookie of its own
        environment.put("ERL_EPMD_PORT", Integer.toString(epmdPort));
        environment.put("ERL_EPMD_ADDRESS", "127.0.0.1");
        environment.put("RABBITMQ_NODENAME", "test%d@localhost".formatted(port));
        environment.put("RABBITMQ_CONF_ENV_FILE", folder.resolve("env.conf").toString());
        environment.put("RABBITMQ_CONFIG_FILE", folder.resolve("rabbitmq.conf").toString());
        environment.put(
                "RABBITMQ_ENABLED_PLUGINS_FILE", folder.resolve("plugins").toString());
        environment.put("RABBITMQ_MNESIA_BASE", folder.resolve("data").toString());
        environment.put("RABBITMQ_LOG_BASE", folder.resolve("log").toString());
        environment.put("RABBITMQ_PID_FILE", folder.resolve("pid").toString());
        environment.put("RABBITMQ_DIST_PORT", Integer.toString(FreePort.next()));
        environment.put("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1}");
        // Makes the script become the server instead of watching over it: the pid we know is the one to kill.
        environment.put("RUNNING_UNDER_SYSTEMD", "1");
        epmd = program(Programs.epmd().orElseThrow().toString(), environment);
        rabbit = program(Programs.rabbitmqServer().orElseThrow().toString(), environment);
    }

    void start() {
        if (!epmdProcess.isAlive()) {
            epmdProcess.start(epmd);
        }
        rabbitProcess.start(rabbit);
    }

    boolean isAlive() {
        return rabbitProcess.isAlive();
    }

    void kill9() {
        rabbitProcess.kill9();
    }

    void stop() {
        rabbitProcess.stop();
    }

    void control(String... arguments) {
        var command = program(Programs.rabbitmqctl().orElseThrow().toString(), rabbit.environment());
        command.command().addAll(List.of(arguments));
        try {
            var running = command.redirectErrorStream(true).start();
            var said = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (running.waitFor() != 0) {
                throw new IllegalStateException("rabbitmqctl " + List.of(arguments) + ": " + said);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    String output() {
        return rabbitProcess.output();
    }

    @Override
    public void close() {
        rabbitProcess.close();
        epmdProcess.close();
    }

    private static ProcessBuilder program(String program, Map<String, String> environment) {
        var builder = new ProcessBuilder(program);
        builder.environment().keySet().removeIf(name -> name.startsWith("RABBITMQ_"));
        builder.environment().remove("NOTIFY_SOCKET");
        builder.environment().putAll(environment);
        return builder;
    }

    private static String listeners(int port, @Nullable TestAuthority tls) {
        return tls == null
                ? "listeners.tcp.1 = 127.0.0.1:%d".formatted(port)
                : """
                listeners.tcp = none
                listeners.ssl.1 = 127.0.0.1:%d
                ssl_options.cacertfile = %s
                ssl_options.certfile = %s
                ssl_options.keyfile = %s
                ssl_options.versions.1 = tlsv1.2
                """.formatted(port, tls.root(), tls.certificate(), tls.key());
    }

    private static String configuration(
            int port, int managementPort, String user, String password, @Nullable TestAuthority tls) {
        var configuration = """
                %s
                loopback_users = none
                default_user = %s
                default_pass = %s
                default_user_tags.administrator = true
                disk_free_limit.absolute = 50MB
                log.file = false
                log.console = true
                log.console.level = warning
                """.formatted(listeners(port, tls), user, password);
        return managementPort == 0
                ? configuration
                : configuration + "management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = %d\n".formatted(managementPort);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.serai.embedded;

import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A process of its own that holds a data directory, runs the broker in it and publishes until it is killed. */
final class Child implements AutoCloseable {

    static final String QUEUE = "kept";
    private static final int BATCH = 50;

    private final Process process;
    private final AtomicInteger confirmed = new AtomicInteger();

    private Child(Process process) {
        this.process = process;
        var reader = new Thread(() -> read(process.inputReader()), "child-output");
        reader.setDaemon(true);
        reader.start();
    }

    static Child start(Path data) throws Exception {
        return new Child(new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-Dlogging.level.root=warn",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        data.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    private void read(BufferedReader output) {
        output.lines()
                .filter(line -> line.startsWith("confirmed "))
                .forEach(line -> confirmed.set(Integer.parseInt(line.substring("confirmed ".length()))));
    }

    int awaitConfirmed(int atLeast) {
        await().atMost(Duration.ofSeconds(60)).until(() -> confirmed.get() >= atLeast);
        return confirmed.get();
    }

    /** As kill -9 does, in the midst of publishing. */
    int kill() throws InterruptedException {
        process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        return confirmed.get();
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    static ConnectionFactory client(EmbeddedBroker broker) {
        var factory = new ConnectionFactory();
        factory.setHost(EmbeddedBroker.HOST);
        factory.setPort(broker.port());
        factory.setUsername(EmbeddedBroker.USERNAME);
        factory.setPassword(broker.password());
        factory.setAutomaticRecoveryEnabled(false);
        return factory;
    }

    @SuppressWarnings("SystemOut") // it is what the parent reads
    public static void main(String[] arguments) throws Exception {
        var directory = new DataDirectory(Path.of(arguments[0]));
        var broker = new EmbeddedBroker(directory.resolve("broker"), 0, 0);
        broker.start();
        await().atMost(Duration.ofSeconds(60)).until(broker::isRunning);
        try (var connection = client(broker).newConnection();
                var channel = connection.createChannel()) {
            channel.queueDeclare(QUEUE, true, false, false, null);
            channel.confirmSelect();
            for (var sent = 1; ; sent++) {
                channel.basicPublish("", QUEUE, MessageProperties.PERSISTENT_BASIC, new byte[1024]);
                if (sent % BATCH == 0) {
                    channel.waitForConfirmsOrDie(10_000);
                    System.out.println("confirmed " + sent);
                }
            }
        }
    }
}

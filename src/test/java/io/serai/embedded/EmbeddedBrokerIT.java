// SPDX-License-Identifier: Apache-2.0
package io.serai.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.MessageProperties;
import com.rabbitmq.client.PossibleAuthenticationFailureException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class EmbeddedBrokerIT {

    private static final long MIN_FREE = 256L << 20;

    @TempDir
    Path data;

    @Test
    void whatItConfirmedIsThereAfterAKill() throws Exception {
        int confirmed;
        try (var hub = Child.start(data)) {
            hub.awaitConfirmed(1000);
            confirmed = hub.kill();
        }

        var broker = started(0);
        try (var connection = Child.client(broker).newConnection();
                var channel = connection.createChannel()) {
            assertThat(channel.messageCount(Child.QUEUE)).isGreaterThanOrEqualTo(confirmed);
        } finally {
            broker.stop();
        }
    }

    @Test
    void messagesAndTopologySurviveAnOrderlyRestartOnTheSamePort() throws Exception {
        var first = started(0);
        try (var connection = Child.client(first).newConnection();
                var channel = connection.createChannel()) {
            channel.exchangeDeclare("events", "topic", true);
            channel.queueDeclare("ordered", true, false, false, Map.of("x-single-active-consumer", true));
            channel.queueBind("ordered", "events", "#");
            channel.confirmSelect();
            channel.basicPublish("events", "order.placed", true, MessageProperties.PERSISTENT_BASIC, new byte[9]);
            channel.waitForConfirmsOrDie(5000);
        }
        first.stop();
        assertThat(first.isRunning()).isFalse();

        var second = started(first.port());
        try (var connection = Child.client(second).newConnection();
                var channel = connection.createChannel()) {
            channel.exchangeDeclarePassive("events");
            assertThat(channel.basicGet("ordered", true).getBody()).hasSize(9);
        } finally {
            second.stop();
        }
    }

    @Test
    void passwordIsInAFileThatOnlyItsOwnerReadsAndNeverPrinted(CapturedOutput output) throws Exception {
        var broker = started(0);
        try {
            var address = data.resolve("broker.url");
            await().untilAsserted(() -> assertThat(output)
                    .contains("amqp://127.0.0.1:" + broker.port())
                    .contains(address.toString()));
            assertThat(output).doesNotContain(broker.password());
            assertThat(address).hasContent("amqp://serai:" + broker.password() + "@127.0.0.1:" + broker.port());
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(address)))
                    .isEqualTo("rw-------");
            var stranger = Child.client(broker);
            stranger.setPassword("guess");
            assertThatThrownBy(stranger::newConnection).isInstanceOf(PossibleAuthenticationFailureException.class);
            try (var files = Files.walk(data)) {
                assertThat(files.filter(Files::isRegularFile).filter(file -> !file.equals(address)))
                        .as("no other file tells the password")
                        .noneMatch(file -> contains(file, broker.password()));
            }
        } finally {
            broker.stop();
        }
    }

    @Test
    void aTakenPortIsAnErrorThatNamesTheWayOut(CapturedOutput output) throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var broker = new EmbeddedBroker(data.resolve("broker"), taken.getLocalPort(), MIN_FREE);
            broker.start();
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(output)
                            .contains("ERROR", "Starting the embedded broker on 127.0.0.1:" + taken.getLocalPort())
                            .contains("serai.embedded.broker.port"));
            assertThat(broker.isRunning()).isFalse();
            broker.stop();
        }
    }

    @Test
    void stoppingWhileItStartsLeavesNothingBehind() {
        var broker = new EmbeddedBroker(data.resolve("broker"), 0, MIN_FREE);
        broker.start();
        broker.stop();
        assertThat(broker.isRunning()).isFalse();

        started(broker.port()).stop();
    }

    private EmbeddedBroker started(int port) {
        var broker = new EmbeddedBroker(data.resolve("broker"), port, MIN_FREE);
        broker.start();
        await().atMost(Duration.ofSeconds(60)).until(broker::isRunning);
        return broker;
    }

    private static boolean contains(Path file, String text) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.serai.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.amqp.core.Queue;
import org.springframework.amqp.rabbit.core.RabbitAdmin;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.amqp.RabbitAutoConfiguration;
import org.springframework.boot.autoconfigure.http.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration;
import org.springframework.boot.autoconfigure.jdbc.JdbcClientAutoConfiguration;
import org.springframework.boot.autoconfigure.jdbc.JdbcTemplateAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.DispatcherServletAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.ServletWebServerFactoryAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.WebMvcAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.client.TestRestTemplate;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

@ExtendWith(OutputCaptureExtension.class)
class EmbeddedHubIT {

    @TempDir
    Path data;

    @Test
    void bootsConnectionsLeadToTheEmbeddedBrokerAndDatabaseAndBothAreThereAgainAfterARestart(CapturedOutput output)
            throws Exception {
        try (var hub = start()) {
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> hub.getBean(EmbeddedBroker.class).isRunning());
            hub.getBean(RabbitAdmin.class).declareQueue(new Queue("kept"));
            hub.getBean(RabbitTemplate.class).convertAndSend("kept", "hello");
            var database = hub.getBean(JdbcClient.class);
            database.sql("CREATE TABLE kept (id bigint PRIMARY KEY)").update();
            database.sql("INSERT INTO kept VALUES (1) ON CONFLICT DO NOTHING").update();
            try (var connection = hub.getBean(DataSource.class).getConnection()) {
                assertThat(connection.getMetaData().getURL())
                        .startsWith("jdbc:h2:file:" + data.resolve("database/serai"));
            }
        }
        assertThat(data.resolve("database/serai.mv.db")).isRegularFile();

        try (var hub = start()) {
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> hub.getBean(EmbeddedBroker.class).isRunning());
            assertThat(hub.getBean(RabbitTemplate.class).receiveAndConvert("kept", 5000))
                    .isEqualTo("hello");
            assertThat(hub.getBean(JdbcClient.class)
                            .sql("SELECT count(*) FROM kept")
                            .query(Integer.class)
                            .single())
                    .isEqualTo(1);
        }
        assertThat(output).as("an orderly stop is quiet").doesNotContain(" ERROR ");
    }

    @Test
    void aSecondHubOnTheSameDataIsRefusedWithTheWayOut(CapturedOutput output) {
        try (var hub = start()) {
            assertThat(hub.isRunning()).isTrue();
            assertThatThrownBy(this::start).hasRootCauseInstanceOf(DataDirectoryInUse.class);
            assertThat(output).contains("APPLICATION FAILED TO START", data.toString(), "--serai.embedded.data=data2");
        }
    }

    @Test
    void changesAreAnswered503AndReadingGoesOnWhileTheDiskIsNearlyFull() {
        try (var hub = start("--serai.embedded.disk.min-free=1000000GB")) {
            var client = new TestRestTemplate();
            var url = "http://127.0.0.1:"
                    + ((ServletWebServerApplicationContext) hub).getWebServer().getPort() + "/api/things";

            assertThat(client.postForEntity(url, null, String.class).getStatusCode())
                    .isEqualTo(HttpStatus.SERVICE_UNAVAILABLE);
            assertThat(client.getForEntity(url, String.class).getStatusCode()).isEqualTo(HttpStatus.OK);
        }
    }

    private ConfigurableApplicationContext start(String... arguments) {
        var all = new ArrayList<>(List.of(arguments));
        all.add("--serai.embedded.data=" + data);
        all.add("--server.port=0");
        all.add("--server.address=127.0.0.1");
        all.add("--logging.level.qpid.message=warn");
        return new SpringApplication(Hub.class).run(all.toArray(String[]::new));
    }

    @EnableConfigurationProperties(EmbeddedProperties.class)
    @Import({
        EmbeddedConfiguration.class,
        EmbeddedBrokerConfiguration.class,
        EmbeddedDatabaseConfiguration.class,
        Things.class
    })
    @ImportAutoConfiguration({
        DataSourceAutoConfiguration.class,
        DispatcherServletAutoConfiguration.class,
        HttpMessageConvertersAutoConfiguration.class,
        JdbcClientAutoConfiguration.class,
        JdbcTemplateAutoConfiguration.class,
        RabbitAutoConfiguration.class,
        ServletWebServerFactoryAutoConfiguration.class,
        WebMvcAutoConfiguration.class
    })
    static class Hub {}

    @RestController
    static class Things {

        @GetMapping("/api/things")
        String read() {
            return "things";
        }

        @PostMapping("/api/things")
        String write() {
            return "written";
        }
    }
}

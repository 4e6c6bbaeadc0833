// SPDX-License-Identifier: Apache-2.0
package io.serai.shipped;

import static org.assertj.core.api.Assertions.assertThat;

import io.serai.bus.BusProperties;
import io.serai.bus.component.RecordedEvents;
import io.serai.gateway.GatewayProperties;
import io.serai.routes.tables.FlowTables;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.apache.camel.component.file.FileComponent;
import org.apache.camel.component.file.GenericFileEndpoint;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.FilterType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.util.FileSystemUtils;

/**
 * One file of {@code routes/} as it is shipped, in a Camel of its own: behind the hub's HTTP, on an H2 with the hub's
 * tables, with files in a folder of the test and no broker ({@link RecordedEvents}).
 */
final class RouteFile implements AutoCloseable {

    private static final String H2 =
            ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;LOCK_TIMEOUT=10000";

    private final HttpClient http = HttpClient.newHttpClient();
    private final ConfigurableApplicationContext context;

    private RouteFile(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /** Starts the routes of the file, which is named as in {@code users/greet-user.camel.yaml}. */
    static RouteFile start(String file) {
        try {
            var routes = Path.of("routes").toAbsolutePath();
            var files = Files.createTempDirectory("serai-route-");
            var started = new RouteFile(new SpringApplicationBuilder(App.class)
                    .run(
                            "--server.port=0",
                            "--serai.routes.directory=" + routes,
                            "--camel.main.routes-include-pattern=file:" + routes.resolve(file),
                            "--spring.datasource.url=jdbc:h2:mem:" + files.getFileName() + H2,
                            "--test.files=" + files));
            assertThat(new FlowTables(started.context.getBean(DataSource.class)).migrate(scriptsBeside(routes, file)))
                    .isEmpty();
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<io.serai.routes.lint.RouteFile> scriptsBeside(Path routes, String file) throws IOException {
        var scripts = new ArrayList<io.serai.routes.lint.RouteFile>();
        try (var all = Files.walk(routes.resolve(file).resolveSibling("db"))) {
            for (var script : all.filter(Files::isRegularFile).toList()) {
                scripts.add(new io.serai.routes.lint.RouteFile(
                        routes.relativize(script).toString(), Files.readAllBytes(script)));
            }
        }
        return scripts;
    }

    RecordedEvents events() {
        return context.getBean(RecordedEvents.class);
    }

    JdbcClient database() {
        return context.getBean(JdbcClient.class);
    }

    /** Where a relative folder of the routes is in this test. */
    Path folder(String relative) {
        return Path.of(context.getEnvironment().getRequiredProperty("test.files"))
                .resolve(relative);
    }

    /** Sends a request, as UTF-8; headers as name, value, name, value. */
    HttpResponse<String> send(String method, String path, String body, String... headers) throws IOException {
        return sendAs("application/json", method, path, body, headers);
    }

    HttpResponse<String> sendAs(String type, String method, String path, String body, String... headers)
            throws IOException {
        var port = context.getEnvironment().getRequiredProperty("local.server.port");
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(20))
                .method(method, BodyPublishers.ofString(body));
        if (!method.equals("GET") && !method.equals("DELETE")) {
            request.header("Content-Type", type);
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        try {
            return http.send(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stopped);
        }
    }

    @Override
    public void close() {
        var files = folder("").toFile();
        context.close();
        FileSystemUtils.deleteRecursively(files);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration(
            excludeName = {
                "org.springframework.boot.autoconfigure.amqp.RabbitAutoConfiguration",
                "org.springframework.boot.autoconfigure.security.servlet.SecurityAutoConfiguration",
                "org.springframework.boot.autoconfigure.security.servlet.UserDetailsServiceAutoConfiguration",
                "org.springframework.boot.actuate.autoconfigure.security.servlet.ManagementWebSecurityAutoConfiguration"
            })
    @EnableConfigurationProperties({BusProperties.class, GatewayProperties.class})
    @ComponentScan(
            basePackages = "io.serai",
            useDefaultFilters = false,
            includeFilters =
                    @Filter(
                            type = FilterType.REGEX,
                            pattern = {
                                "io\\.serai\\.UtcTimes",
                                "io\\.serai\\.http\\.HttpConfiguration",
                                "io\\.serai\\.gateway\\.GatewayConfiguration\\$Edge",
                                "io\\.serai\\.gateway\\.problem\\.Problem(s|Advice|ErrorController)"
                            }))
    static class App {

        @Bean("event-component")
        RecordedEvents eventComponent(BusProperties properties) {
            return new RecordedEvents(properties);
        }

        /** Relative folders are the test's. */
        @Bean("file-component")
        FileComponent fileComponent(@Value("${test.files}") Path files) {
            return new FileComponent() {
                @Override
                protected GenericFileEndpoint<java.io.File> buildFileEndpoint(
                        String uri, String remaining, Map<String, Object> parameters) throws Exception {
                    return super.buildFileEndpoint(uri, files.resolve(remaining).toString(), parameters);
                }
            };
        }
    }
}
